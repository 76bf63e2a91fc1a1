import HTTPListener
import HTTPTypes
import LoginContracts

/// Who may see and release guards: decided by a request's headers alone.
///
/// The endpoint has no pages and no cookies, so a browser has no business here; but a page from anywhere can make one send
/// requests to this machine. Three things keep it out, each enough for itself:
/// - a browser says where a request comes from (`Origin`, `Sec-Fetch-Site`): any request that does is refused;
/// - a release needs a header that a page cannot send without a preflight request, which is never granted;
/// - on the loopback interface `Host` must name this machine: a foreign name that was made to point here (DNS rebinding)
///   does not.
///
/// Beyond the loopback interface a release needs the operator's token. On it, whoever may open a connection on this machine
/// may release, unless a token is set.
struct OperatorAccess: Sendable {
    private let isLoopback: Bool
    private let token: OperatorToken?

    /// Says who releases, for the log; nobody checks it.
    static let requestedBy = HTTPField.Name("X-Requested-By")!
    static let maximumRequesterLength = 64
    private static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    private static let host = HTTPField.Name("Host")!

    struct Refusal: Error, Hashable {
        var status: HTTPResponse.Status
        var message: String
    }

    init(listen: ListenAddress, token: Secret?) {
        self.isLoopback = listen.isLoopback
        self.token = token.map(OperatorToken.init)
    }

    /// Whether the guards may be shown.
    func checkReading(_ request: HTTPRequest) throws(Refusal) {
        for name in [HTTPField.Name.origin, Self.secFetchSite] where request.headerFields.contains(name) {
            throw Refusal(
                status: .forbidden,
                message: "\(name.rawName) must not be there; browsers are not served"
            )
        }
        // The first of several is the authority; the others stay among the fields.
        guard !request.headerFields.contains(Self.host), self.isOurs(request.authority) else {
            throw Refusal(
                status: .misdirectedRequest,
                message: "Host must be localhost or this machine's loopback address"
            )
        }
    }

    /// Whether guards may be released.
    ///
    /// - Returns: who says to do it.
    func checkReleasing(_ request: HTTPRequest) throws(Refusal) -> String {
        try self.checkReading(request)
        guard let requester = request.headerFields[Self.requestedBy],
            requester.isVisibleASCII(maximumLength: Self.maximumRequesterLength)
        else {
            throw Refusal(
                status: .forbidden,
                message: "X-Requested-By must say who releases, in 1 to \(Self.maximumRequesterLength) visible ASCII "
                    + "characters"
            )
        }
        guard let token else {
            if self.isLoopback { return requester }
            throw Refusal(
                status: .forbidden,
                message: "OPS_TOKEN must be set to release guards from other machines than the service's own"
            )
        }
        guard token.isIn(authorization: request.headerFields[.authorization]) else {
            throw Refusal(
                status: .unauthorized,
                message: "Authorization must be Bearer and the operator's token, OPS_TOKEN"
            )
        }
        return requester
    }

    /// Whether `Host` names this machine; beyond the loopback interface it has names that we do not know.
    private func isOurs(_ authority: String?) -> Bool {
        guard self.isLoopback else { return true }
        return authority.map { ListenAddress.isLoopback(authority: $0) } ?? false
    }
}
