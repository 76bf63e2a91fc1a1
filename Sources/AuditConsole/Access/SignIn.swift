import HTTPTypes
import LoginContracts
import Synchronization

/// Lets in who has the token, and remembers it by a cookie.
final class SignIn: Sendable {
    private let token: ConsoleToken
    private let state = Mutex((sessions: SessionTable(), attempts: AttemptLimiter()))

    private static let cookieName = "audit-session"
    static let maximumNameLength = 64

    init(token: ConsoleToken) {
        self.token = token
    }

    /// Who sends a request; `nil` when nobody is signed in.
    func user(of request: HTTPRequest) -> String? {
        guard let id = Self.sessionID(in: request) else { return nil }
        return self.state.withLock { $0.sessions.use(id: id, at: .now) }
    }

    /// Begins a session.
    ///
    /// - Returns: who it is of, and the `Set-Cookie` header.
    func signIn(token: String, name: String, from address: String) throws(Problem) -> (who: String, cookie: String) {
        guard self.state.withLock({ $0.attempts.allows(address, at: .now) }) else {
            throw Problem(.tooManyAttempts, "Too many wrong tokens came from this address; wait a minute.")
        }
        guard Self.isName(name) else {
            throw .parameter("name", must: "be 1 to \(Self.maximumNameLength) printable characters")
        }
        guard self.token.matches(token) else {
            self.state.withLock { $0.attempts.failed(address, at: .now) }
            throw Problem(.signInRefused, "The token is not the console's.")
        }
        let id = [UInt8].random(count: SessionTable.idLength)
        let who = "\(name) from \(address)"
        self.state.withLock { state in
            state.attempts.succeeded(address)
            state.sessions.add(id: id, who: who, at: .now)
        }
        return (who, Self.cookie(id.hexadecimal, lifetime: SessionTable.lifetime))
    }

    /// Ends the session of a request, if it has one.
    ///
    /// - Returns: the `Set-Cookie` header that removes the cookie.
    func signOut(_ request: HTTPRequest) -> String {
        if let id = Self.sessionID(in: request) { self.state.withLock { $0.sessions.remove(id: id) } }
        return Self.cookie("", lifetime: .zero)
    }

    /// Without `Secure`, because the console itself speaks no TLS and a browser would not keep the cookie.
    private static func cookie(_ value: String, lifetime: Duration) -> String {
        "\(self.cookieName)=\(value); Path=/; Max-Age=\(lifetime.components.seconds); HttpOnly; SameSite=Strict"
    }

    private static func sessionID(in request: HTTPRequest) -> [UInt8]? {
        for field in request.headerFields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0] == self.cookieName else { continue }
                return [UInt8](hexadecimal: String(parts[1]), count: SessionTable.idLength)
            }
        }
        return nil
    }

    private static func isName(_ name: String) -> Bool {
        (1...self.maximumNameLength).contains(name.count) && name.utf8.count <= 4 * self.maximumNameLength
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                    false
                default: true
                }
            }
    }
}
