import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Answers a browser: files of the page, questions about the trail, signing in and out. Nothing else changes anything.
struct ConsoleResponder: HTTPResponder {
    let api: ConsoleAPI
    let gate: RequestGate
    /// `nil` on the loopback interface, where nobody needs to sign in.
    let signIn: SignIn?
    let logger: Logger

    /// Of a request's target, in bytes.
    static let maximumTargetLength = QueryParameters.maximumLength + 256
    /// Of a form.
    static let maximumBodyLength = QueryParameters.maximumLength

    struct Context: InitializableFromSource {
        let channel: any Channel

        /// The other end's address without its port.
        var address: String { self.channel.remoteAddress?.ipAddress ?? "unknown" }

        init(source: ApplicationRequestContextSource) {
            self.channel = source.channel
        }
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        var response: Response
        do throws(Problem) {
            response = try await self.answer(to: request, context)
        } catch {
            let isPost = error.kind == .methodNotAllowed && request.uri.path == "/logout"
            response = .problem(
                error,
                allowing: error.kind == .methodNotAllowed ? (isPost ? "POST" : "GET, HEAD") : nil
            )
        }
        if Self.hasBody(request), response.status == .contentTooLarge || request.method != .post {
            // What follows on the connection is a body that nobody reads.
            response.headers[.connection] = "close"
            response = response.closing(context.channel)
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(to request: Request, _ context: Context) async throws(Problem) -> Response {
        guard request.uri.string.utf8.count <= Self.maximumTargetLength else {
            throw Problem(.tooLarge, "The address of a request must be at most \(Self.maximumTargetLength) bytes.")
        }
        let path = request.uri.path
        let file = StaticFile.at(path)
        try self.gate.check(request.head, isPage: path == "/" || path == "/login")
        if request.method == .post { return try await self.post(request, path, context) }
        guard request.method == .get || request.method == .head else {
            throw Problem(.methodNotAllowed, "The console is read-only: the method must be GET or HEAD.")
        }
        guard !Self.hasBody(request) else { throw Problem(.tooLarge, "A question has no body.") }
        if let file, file.isOpen { return .console(.ok, file.content, contentType: file.contentType) }
        guard let user = self.user(of: request, context) else {
            if file != nil { return .seeOther("/login") }
            throw Problem(.signInNeeded, "Sign in with the console's token.")
        }
        if let file { return .console(.ok, file.content, contentType: file.contentType) }
        guard path.hasPrefix(ConsoleAPI.prefix) else { throw .notFound }
        if path == ConsoleAPI.evidencePath {
            // A question about headers alone would be recorded as a download.
            guard request.method == .get else { throw Problem(.methodNotAllowed, "Evidence is downloaded with GET.") }
            let file = try await self.api.evidence(request.uri.query, who: user)
            return .download(self.api.body(of: file), name: "evidence.json", contentType: "application/json")
        }
        let json = try await self.api.answer(
            to: path.dropFirst(ConsoleAPI.prefix.count),
            query: request.uri.query,
            who: user
        )
        return .console(.ok, json, contentType: "application/json; charset=utf-8")
    }

    /// Who asks: on the loopback interface the address is all that is known.
    private func user(of request: Request, _ context: Context) -> String? {
        guard let signIn else { return context.address }
        return signIn.user(of: request.head)
    }

    private func post(_ request: Request, _ path: String, _ context: Context) async throws(Problem) -> Response {
        guard path == "/login" || path == "/logout" else {
            throw Problem(.methodNotAllowed, "The console is read-only: the method must be GET or HEAD.")
        }
        guard let signIn else { throw .notFound }
        var form = try await Self.form(request)
        if path == "/logout" {
            var response = Response.seeOther("/login")
            response.headers[.setCookie] = signIn.signOut(request.head)
            return response
        }
        let (token, name) = (try form.one("token") ?? "", try form.one("name") ?? "")
        try form.finish(knowing: ["name", "token"])
        do throws(Problem) {
            let session = try signIn.signIn(token: token, name: name, from: context.address)
            try await self.api.recordSignIn(who: session.who)
            self.logger.info("Signed in", metadata: ["who": "\(session.who)"])
            var response = Response.seeOther("/")
            response.headers[.setCookie] = session.cookie
            return response
        } catch {
            if error.kind == .signInRefused {
                self.logger.warning("A sign-in was refused", metadata: ["address": "\(context.address)"])
            }
            // A form shows the page again, which says why.
            return .seeOther("/login?\(error.kind.rawValue)")
        }
    }

    private static func form(_ request: Request) async throws(Problem) -> QueryParameters {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.isEmpty || type.hasPrefix("application/x-www-form-urlencoded") else {
            throw .parameter("Content-Type", must: "be application/x-www-form-urlencoded")
        }
        do {
            let body = try await request.body.collect(upTo: Self.maximumBodyLength)
            return try QueryParameters(String(buffer: body), field: "form")
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.tooLarge, "A form must be at most \(Self.maximumBodyLength) bytes.")
        }
    }

    private static func hasBody(_ request: Request) -> Bool {
        if request.headers[.transferEncoding] != nil { return true }
        guard let length = request.headers[.contentLength] else { return false }
        return length != "0"
    }
}

extension Response {
    /// The same answer, after which the connection is closed.
    fileprivate func closing(_ channel: any Channel) -> Response {
        let body = self.body
        var response = self
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(ClosingWriter(next: writer, channel: channel))
        }
        return response
    }
}

/// Hands an answer on and closes the connection behind it.
private struct ClosingWriter: ResponseBodyWriter {
    var next: any ResponseBodyWriter
    let channel: any Channel

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await self.next.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        let channel = self.channel
        try await self.next.finish(trailingHeaders)
        channel.close(promise: nil)
    }
}
