import HTTPListener
import HTTPTypes

/// Keeps other web pages out: decided by a request's headers alone.
///
/// A page from anywhere can make a browser on this machine send requests here. `Host` keeps out one whose name was made to
/// point here (DNS rebinding), as long as the console listens on the loopback interface; beyond it, it has names that we do
/// not know, and the session cookie is `SameSite=Strict`. `Sec-Fetch-Site` and `Origin` keep out requests that another
/// page sends. A person may still follow a link to the console, which shows its page and nothing of the trail.
struct RequestGate: Sendable {
    let isLoopback: Bool

    private static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    private static let host = HTTPField.Name("Host")!

    /// - Parameter isPage: Whether the request is for a page, to which links may lead.
    func check(_ request: HTTPRequest, isPage: Bool) throws(Problem) {
        // The first of several is the authority; the others stay among the fields.
        guard !request.headerFields.contains(Self.host), let authority = request.authority,
            !self.isLoopback || ListenAddress.isLoopback(authority: authority)
        else {
            throw Problem(.wrongHost, "Host must be localhost or this machine's loopback address.")
        }
        if isPage, request.method == .get || request.method == .head { return }
        if let site = request.headerFields[Self.secFetchSite], site != "same-origin", site != "none" {
            throw Problem(.foreignOrigin, "Other sites' pages are not answered.")
        }
        if let origin = request.headerFields[.origin], !Self.names(origin, authority) {
            throw Problem(.foreignOrigin, "Other sites' pages are not answered.")
        }
    }

    /// Whether an origin is the one that was asked; a proxy that speaks TLS may be between.
    private static func names(_ origin: String, _ authority: String) -> Bool {
        origin == "http://\(authority)" || origin == "https://\(authority)"
    }
}
