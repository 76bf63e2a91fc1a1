import CoreMetrics
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Answers the requests of operators and their programs; nothing of a request is ever shown in an answer.
struct OperationsResponder: HTTPResponder {
    let readiness: ReadinessState
    let registry: PrometheusRegistry
    let liveness: LivenessProbe
    let ready: Meter
    let guards: any GuardOperations
    let access: OperatorAccess
    let refusals: RefusalLog
    let logger: Logger

    /// The connection, so that one with a body nobody reads can be closed, and its peer named.
    struct Context: InitializableFromSource {
        let channel: any Channel

        /// The other end's address, for the log.
        var peer: String { self.channel.remoteAddress.map { "\($0.ipAddress ?? "-"):\($0.port ?? 0)" } ?? "-" }

        init(source: ApplicationRequestContextSource) {
            self.channel = source.channel
        }
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        if Self.hasBody(request) { return Self.refusal(closing: context.channel) }
        let response: Response
        if let answer = await self.guardResponse(to: request, context: context) {
            response = answer
        } else {
            guard Self.isReading(request) else { return Self.notAllowed(allow: "GET, HEAD") }
            response = await self.response(to: request)
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    static func isReading(_ request: Request) -> Bool { request.method == .get || request.method == .head }

    static func notAllowed(allow methods: String) -> Response {
        var response = Self.json(.methodNotAllowed, #"{"error":"the method must be one of \#(methods)"}"#)
        response.headers[.allow] = methods
        return response
    }

    private func response(to request: Request) async -> Response {
        switch request.uri.path {
        case "/livez":
            let isAlive = await self.liveness.check()
            return Self.json(
                isAlive ? .ok : .serviceUnavailable,
                isAlive ? #"{"status":"alive"}"# : #"{"status":"the engine does not answer"}"#
            )
        case "/readyz":
            let report = self.readiness.report
            return Self.json(report.isReady ? .ok : .serviceUnavailable, report.json)
        case "/metrics":
            self.ready.set(self.readiness.report.isReady ? 1 : 0)
            let format = ExpositionFormat(accept: request.headers[.accept])
            return Self.response(.ok, self.registry.exposition(in: format), contentType: format.contentType)
        default:
            return Self.json(.notFound, #"{"error":"not found; there are /livez, /readyz, /metrics and /guard"}"#)
        }
    }

    /// No request here needs a body, so one that brings one is not read.
    private static func hasBody(_ request: Request) -> Bool {
        if request.headers[.transferEncoding] != nil { return true }
        guard let length = request.headers[.contentLength] else { return false }
        return length != "0"
    }

    /// Says no and closes the connection after it, since what follows on it is the body.
    private static func refusal(closing channel: any Channel) -> Response {
        let text = #"{"error":"a request with a body is not supported"}"#
        var headers = Self.headers(contentType: "application/json")
        headers[.connection] = "close"
        let body = ResponseBody(contentLength: text.utf8.count) { writer in
            try await writer.write(ByteBuffer(string: text))
            try await writer.finish(nil)
            channel.close(promise: nil)
        }
        return Response(status: .contentTooLarge, headers: headers, body: body)
    }

    static func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
        self.response(status, text, contentType: "application/json")
    }

    private static func response(_ status: HTTPResponse.Status, _ text: String, contentType: String) -> Response {
        Response(
            status: status,
            headers: self.headers(contentType: contentType),
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    private static func headers(contentType: String) -> HTTPFields {
        [.contentType: contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
    }
}

extension ReadinessState.Report {
    /// `{"status":"ready","checks":[{"name":…,"ok":…,"message":…}]}`
    var json: String {
        var json = JSONText()
        json.append(syntax: "{")
        json.append(name: "status", isFirst: true)
        json.append(string: self.isReady ? "ready" : "not ready")
        json.append(name: "checks")
        json.append(syntax: "[")
        for (position, check) in self.checks.enumerated() {
            if position > 0 { json.append(syntax: ",") }
            json.append(syntax: "{")
            json.append(name: "name", isFirst: true)
            json.append(string: check.name)
            json.append(name: "ok")
            json.append(syntax: check.isReady ? "true" : "false")
            json.append(name: "message")
            json.append(string: check.message)
            json.append(syntax: "}")
        }
        json.append(syntax: "]}")
        return json.text
    }
}
