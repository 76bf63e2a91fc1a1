import Foundation
import HTTPListener
import Logging
import Testing

@testable import ValidatorService

@Suite(.serialized) struct OperationsClientTests {
    private let bench = OperationsBench()

    private func client(_ port: Int, token: String? = nil) -> OperationsClient {
        OperationsClient(address: .init(host: "127.0.0.1", port: port), token: token.map(Secret.init))
    }

    @Test func reportArrivesWhole() async throws {
        self.bench.guards.report?.apps = (0..<3000).map { FakeGuards.app("\($0)", .tripped) }
        try await self.bench.withServer { port async throws in
            let report = try await self.client(port).guardReport()
            #expect(report == self.bench.guards.report)
        }
    }

    @Test func releaseSaysWhoAsksAndBringsTheToken() async throws {
        let capture = try LogCapture()
        var bench = self.bench
        bench.logger = capture.jsonLogger(level: .notice)
        try await bench.withServer(token: Secret("fake-operator-token")) { port async throws in
            let client = self.client(port, token: "fake-operator-token")
            let release = try await client.releaseGuards(kgAppId: "900100", requester: "mi na\r\nX: y")
            #expect(release.released == ["900100"])
            #expect(try await client.releaseGuards(kgAppId: nil, requester: "").released == ["900100"])
        }
        #expect(self.bench.guards.releases == ["900100", nil])
        #expect(capture.text.contains("minaX:y") && capture.text.contains("unknown"))
        #expect(!capture.text.contains("fake-operator-token"))
    }

    @Test func refusalIsAnErrorWithTheServicesRule() async throws {
        try await self.bench.withServer(token: Secret("fake-operator-token")) { port async throws in
            let error = await #expect(throws: OperationsClientError.self) {
                try await self.client(port, token: "another-fake-token").releaseGuards(kgAppId: nil, requester: "x")
            }
            #expect(error?.code == .refused(status: 401))
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
            #expect(error?.message.contains("OPS_TOKEN") == true)
            #expect(error?.message.contains("fake") == false)
        }
    }

    @Test func addressWithoutAServiceIsNamed() async throws {
        var free = 0
        try await self.bench.withServer { free = $0 }
        let error = await #expect(throws: OperationsClientError.self) { try await self.client(free).guardReport() }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("127.0.0.1:\(free)") == true)
        #expect(error?.message.contains("--ops") == true)
    }

    @Test func serviceThatHangsIsGivenUp() async throws {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        try await self.bench.withServer(
            isAlive: {
                for await _ in stream {}
                return true
            }
        ) { port async throws in
            var client = self.client(port)
            client.timeout = .milliseconds(50)
            let error = await #expect(throws: OperationsClientError.self) { try await client.guardReport() }
            #expect(error?.code == .timedOut)
            end.finish()
        }
    }
}
