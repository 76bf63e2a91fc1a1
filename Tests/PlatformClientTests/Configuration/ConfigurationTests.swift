import PlatformClient
import Testing

@Suite struct ConfigurationTests {
    @Test func defaultsAreTheContracts() throws {
        let configuration = PlatformClientConfiguration()
        try configuration.validate()
        #expect(configuration.baseURL.description == "https://kr-openapi-zinny3.game.kakao.com:10443")
        #expect(configuration.requestTimeout == .seconds(7))
        #expect(configuration.maximumConnections == 64)
    }

    @Test func everyProblemIsReported() {
        var configuration = PlatformClientConfiguration()
        configuration.requestTimeout = .zero
        configuration.connectTimeout = .seconds(1_000_000)
        configuration.maximumConnections = 0
        configuration.idleTimeout = .seconds(-1)
        configuration.maximumConnectionAge = .zero
        configuration.maximumWaiters = -1
        configuration.initialBackoff = .zero
        configuration.maximumBackoff = .seconds(-1)
        configuration.shutdownGrace = .seconds(-1)
        configuration.userAgent = "a\r\nb"
        #expect {
            try configuration.validate()
        } throws: {
            ($0 as? PlatformConfigurationError)?.problems.map(\.field) == [
                "requestTimeout", "connectTimeout", "maximumConnections", "idleTimeout", "maximumConnectionAge",
                "maximumWaiters", "initialBackoff", "maximumBackoff", "shutdownGrace", "userAgent",
            ]
        }
        #expect(throws: PlatformConfigurationError.self) { _ = try ValidationClient(configuration: configuration) }
    }

    @Test(arguments: [
        ("https://example.com", "https://example.com", "example.com", 443),
        ("HTTP://Example.COM:8080/", "http://example.com:8080", "example.com", 8080),
        ("https://example.com:443/a/b//", "https://example.com/a/b", "example.com", 443),
        ("http://[::1]:9000/x", "http://[::1]:9000/x", "::1", 9000),
        ("http://127.0.0.1:80", "http://127.0.0.1", "127.0.0.1", 80),
    ])
    func baseURLIsParsed(text: String, canonical: String, host: String, port: Int) throws {
        let url = try PlatformBaseURL(text)
        #expect(url.description == canonical)
        #expect(url.host == host)
        #expect(url.port == port)
    }

    @Test(arguments: [
        "", "example.com", "ftp://example.com", "https://", "https:///path", "https://user:pw@example.com",
        "https://example.com?x=y", "https://example.com#x", "https://example.com:0", "https://example.com:65536",
        "https://example.com:", "https://example.com:+1", "https://example.com:1x", "https://exa mple.com",
        "https://example.com\r\nX: y", "https://exämple.com", "https://[::1", "https://[zz]", "https://[::1]x",
        "https://example.com/a\"b", "https://example.com\\@evil", "https://example.com/ä",
        "https://" + String(repeating: "a", count: 2000),
    ])
    func unusableBaseURLIsRefused(text: String) {
        #expect {
            _ = try PlatformBaseURL(text)
        } throws: {
            ($0 as? PlatformConfigurationError)?.problems.first?.field == "baseURL"
        }
    }

    @Test(arguments: [
        ("", "s", "k", ["kgAppId"]), ("12a", "s", "k", ["kgAppId"]), ("١٢", "s", "k", ["kgAppId"]),
        (String(repeating: "1", count: 33), "s", "k", ["kgAppId"]), ("1", "", "k", ["appSecret"]),
        ("1", "s\r\nX: y", "k", ["appSecret"]), ("1", "s", "a b", ["adminKey"]), ("1", "s", "ä", ["adminKey"]),
        ("1", String(repeating: "s", count: 513), "k", ["appSecret"]),
        ("x", "\0", "\n", ["kgAppId", "appSecret", "adminKey"]),
    ])
    func credentialsThatAreNoHeaderValuesAreRefused(app: String, secret: String, key: String, fields: [String]) {
        #expect {
            _ = try PlatformCredentials(kgAppId: app, appSecret: secret, adminKey: key)
        } throws: {
            ($0 as? PlatformConfigurationError)?.problems.map(\.field) == fields
        }
    }

    @Test func credentialsAreNotPrinted() {
        let credentials = Fixture.credentials
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
            #expect(text.contains("123456"))
            #expect(!text.contains(Fixture.appSecret) && !text.contains(Fixture.adminKey))
        }
        // The prepared header lines hold the secrets as bytes, and are no more visible.
        #expect(!dumped.contains("\(Fixture.appSecret.utf8.first!)"))
    }
}
