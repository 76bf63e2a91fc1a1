import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// The HTTP side of a simulated platform: finds the answer of a request and sends, delays or breaks it off.
///
/// It works without a router, because it needs the connection itself to close it in the middle of an answer.
struct PlatformResponder: HTTPResponder {
    /// What Hummingbird hands over with a request.
    struct Context: InitializableFromSource {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            self.channel = source.channel
        }
    }

    let platform: SimulatedPlatform

    /// The longest that an answer is withheld, and that a hanging connection is kept.
    static let maximumDelay = Duration.seconds(600)

    func respond(to request: Request, context: Context) async throws -> Response {
        switch request.uri.path {
        case SimulatedPlatform.validationPath:
            guard request.method == .post else { return Response(.isNotAllowed) }
            return try await self.validate(request, channel: context.channel)
        case "/control", "/control/requests":
            return try await self.control(request)
        default:
            return Response(.hasNoSuchAPI)
        }
    }

    private func validate(_ request: Request, channel: any Channel) async throws -> Response {
        let answer = self.platform.answer(to: request.head)
        var status: Int?
        defer { self.platform.answered(status: status) }
        if answer.delay > .zero {
            let delay = min(answer.delay, Self.maximumDelay)
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
        }
        switch answer.delivery {
        case .complete:
            status = answer.status
            return Response(answer)
        case .truncated:
            return Response(answer, truncatedOn: channel)
        case .hanging:
            try? await request.body.consumeWithCancellationOnInboundClose { _ in
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.maximumDelay) }
            }
            try await channel.close()
            throw Abandoned()
        case .closed:
            try await channel.close()
            throw Abandoned()
        }
    }

    /// There is nobody left to answer; Hummingbird's own answer to it finds a closed connection.
    private struct Abandoned: Error {}
}

extension PlatformAnswer {
    /// The platform knows only POST here.
    static let isNotAllowed = description("Method not allowed.", status: 405, code: -405)
}

extension Response {
    init(_ answer: PlatformAnswer) {
        self.init(head: answer, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// Announces the whole body, sends half of it and closes the connection.
    init(_ answer: PlatformAnswer, truncatedOn channel: any Channel) {
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        self.init(
            head: answer,
            body: ResponseBody(contentLength: answer.body.count) { writer in
                try await writer.write(half)
                try await channel.close()
            }
        )
    }

    private init(head answer: PlatformAnswer, body: ResponseBody) {
        var headers: HTTPFields = [.contentType: "application/json;charset=UTF-8"]
        if let seconds = answer.retryAfter { headers[.retryAfter] = String(seconds) }
        self.init(status: HTTPResponse.Status(platform: answer.status), headers: headers, body: body)
    }
}

extension HTTPResponse.Status {
    /// With the reason phrase of a status that HTTP defines, else with the platform's own.
    fileprivate init(platform code: Int) {
        let phrase =
            switch code {
            case 462: "Pending Unregistration"
            case 463: "Lockout"
            case 464: "Sanction"
            case 473: "Maintenance"
            default: HTTPResponse.Status(code: code).reasonPhrase
            }
        self.init(code: code, reasonPhrase: phrase.isEmpty ? "Custom" : phrase)
    }
}
