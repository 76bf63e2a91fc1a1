import CoreMetrics
import Foundation
import HTTPListener
import Logging
import Testing

@testable import ValidatorService

@Suite(.serialized) struct OperationsServerTests {
    private let bench = OperationsBench()
    private var readiness: ReadinessState { self.bench.readiness }
    private var registry: PrometheusRegistry { self.bench.registry }

    /// Runs a server on a free port, and stops it gracefully after `body`.
    func withServer(
        isAlive: @escaping @Sendable () async -> Bool = { true },
        livenessLimit: Duration = .seconds(30),
        _ body: (Int) async throws -> Void
    ) async throws {
        try await self.bench.withServer(isAlive: isAlive, livenessLimit: livenessLimit, body)
    }

    /// A request that asks for the connection to be closed after the answer.
    func send(
        _ port: Int,
        _ method: String,
        _ target: String,
        headers: [String] = [],
        body: String = ""
    ) async throws -> RawConnection.Answer {
        try await OperationsBench.send(port, method, target, headers: headers, body: body)
    }

    @Test func livenessIsWhatTheEngineSays() async throws {
        try await self.withServer { port async throws in
            let answer = try await self.send(port, "GET", "/livez")
            #expect(answer.status == 200)
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.body == #"{"status":"alive"}"#)
        }
        try await self.withServer(isAlive: { false }) { port async throws in
            #expect(try await self.send(port, "GET", "/livez").status == 503)
        }
    }

    @Test func engineThatDoesNotAnswerIsNotAlive() async throws {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        try await self.withServer(
            isAlive: {
                for await _ in stream {}
                return true
            },
            livenessLimit: .milliseconds(20)
        ) { port async throws in
            #expect(try await self.send(port, "GET", "/livez").status == 503)
            #expect(try await self.send(port, "GET", "/livez").status == 503)
        }
        end.finish()
    }

    @Test func readinessListsEveryCondition() async throws {
        try await self.withServer { port async throws in
            #expect(try await self.send(port, "GET", "/readyz").status == 503)
            self.readiness.set(.trail, isReady: true)
            self.readiness.set(.kafka, isReady: false, message: "No \"partitions\"\nyet")
            let refused = try await self.send(port, "GET", "/readyz")
            #expect(refused.status == 503)
            #expect(
                refused.body == #"{"status":"not ready","checks":["#
                    + #"{"name":"kafka","ok":false,"message":"No \"partitions\"\nyet"},"#
                    + #"{"name":"trail","ok":true,"message":""}]}"#
            )
            self.readiness.set(.kafka, isReady: true)
            let accepted = try await self.send(port, "GET", "/readyz")
            #expect(accepted.status == 200)
            #expect(accepted.body.hasPrefix(#"{"status":"ready""#))
        }
    }

    @Test func metricsComeInTheFormatThatIsAskedFor() async throws {
        Counter(label: "logins", dimensions: [], factory: self.registry).increment(by: 5)
        self.readiness.set(.trail, isReady: true)
        try await self.withServer { port async throws in
            let plain = try await self.send(port, "GET", "/metrics")
            #expect(plain.status == 200)
            #expect(plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain.body.contains("\nlogins_total 5\n"))
            #expect(plain.body.contains("\nlogin_validator_ready 1\n"))
            #expect(plain.body.contains("\nprocess_resident_memory_bytes "))
            let open = try await self.send(port, "GET", "/metrics", headers: ["Accept: application/openmetrics-text"])
            #expect(open.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(open.body.hasSuffix("\n# EOF\n"))
            self.readiness.set(.trail, isReady: false)
            #expect(try await self.send(port, "GET", "/metrics").body.contains("\nlogin_validator_ready 0\n"))
        }
    }

    @Test(arguments: ["/", "/livez/", "/metrics/x", "/secret?name=%3Cscript%3E", "//metrics", "/../metrics"])
    func otherPathsAreNotFoundAndNotShown(target: String) async throws {
        try await self.withServer { port async throws in
            let answer = try await self.send(port, "GET", target)
            #expect(answer.status == 404)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(!answer.body.contains("script"))
            #expect((try? JSONSerialization.jsonObject(with: Data(answer.body.utf8))) != nil)
        }
    }

    @Test(arguments: ["/livez", "/readyz", "/metrics", "/other"])
    func headIsGetWithoutABody(target: String) async throws {
        try await self.withServer { port async throws in
            let get = try await self.send(port, "GET", target)
            let head = try await self.send(port, "HEAD", target)
            #expect(head.status == get.status)
            #expect(head.headers["content-type"] == get.headers["content-type"])
            #expect(head.headers["content-length"] != nil)
            #expect(head.body.isEmpty)
        }
    }

    @Test func otherMethodsAreNotAllowed() async throws {
        try await self.withServer { port async throws in
            for method in ["POST", "DELETE", "OPTIONS"] {
                let answer = try await self.send(port, method, "/metrics")
                #expect(answer.status == 405)
                #expect(answer.headers["allow"] == "GET, HEAD")
            }
        }
    }

    @Test func requestWithABodyIsRefusedAndItsConnectionClosed() async throws {
        try await self.withServer { port async throws in
            for header in ["Content-Length: 100000000", "Transfer-Encoding: chunked"] {
                let request = "POST /metrics HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n\r\n"
                // Without "Connection: close": the server has to do it.
                let answer = try await RawConnection.exchange(port: port, request: request)
                #expect(answer.status == 413)
                #expect(answer.headers["connection"] == "close")
            }
        }
    }

    @Test func headersBeyondTheLimitAreRefused() async throws {
        try await self.withServer { port async throws in
            let long = "X-Long: " + String(repeating: "x", count: ServerLimits.headerFieldBytes + 1)
            #expect(try await self.send(port, "GET", "/livez", headers: [long]).status == 400)
            let many = (0...ServerLimits.headerFields).map { "X-\($0): y" }
            #expect(try await self.send(port, "GET", "/livez", headers: many).status == 400)
        }
    }

    @Test func addressInUseIsOneErrorThatNamesItAndTheSetting() async throws {
        try await self.withServer { port async throws in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let second = OperationsServer(
                listen: ListenAddress(host: "127.0.0.1", port: port),
                readiness: self.readiness,
                registry: self.registry,
                guards: FakeGuards(),
                isAlive: { true },
                logger: logger
            )
            let error = await #expect(throws: ServiceError.self) { try await second.run() }
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
            #expect(error?.message.contains("OPS_LISTEN") == true)
        }
    }

    @Test func readinessMessagesAreBounded() {
        self.readiness.set(.platform, isReady: false, message: String(repeating: "x", count: 100_000))
        let message = self.readiness.report.checks[0].message
        #expect(message.utf8.count <= ReadinessState.maximumMessageBytes + 3)
        self.readiness.remove(.platform)
        #expect(self.readiness.report.checks.isEmpty)
    }
}
