import HTTPListener
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9464), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80), ("a-b_c.example:1", "a-b_c.example", 1),
        ("0.0.0.0:00080", "0.0.0.0", 80),
    ])
    func aHostAndAPortAreAnAddress(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(setting: text))
        #expect(address == ListenAddress(host: host, port: port))
        #expect(ListenAddress(setting: address.description) == address)
    }

    @Test(arguments: [
        "", ":", ":80", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1", "localhost:８０",
        "localhost:1e3", "localhost:000080", "::1:80", "[::1]", "[]:80", "[localhost]:80", "[::1:80", "::1]:80",
        "a b:80",
        "a/b:80", "é:80", "a\u{0}:80", "localhost:80 ", String(repeating: "a", count: 254) + ":80",
    ])
    func anythingElseIsNone(text: String) {
        #expect(ListenAddress(setting: text) == nil)
    }

    @Test(arguments: [
        ("localhost", true), ("::1", true), ("127.0.0.1", true), ("127.255.0.3", true), ("0.0.0.0", false),
        ("128.0.0.1", false), ("127.0.0.256", false), ("127.0.0", false), ("127.0.0.1.example.com", false),
        ("127.0.0.", false), ("127.0.0.-1", false), ("localhost.example.com", false), ("::", false), ("", false),
    ])
    func onlyThisMachinesAddressesAreLoopback(host: String, isLoopback: Bool) {
        #expect(ListenAddress(host: host, port: 80).isLoopback == isLoopback)
    }

    @Test(arguments: [
        ("localhost", true), ("LocalHost:9464", true), ("127.0.0.1:9464", true), ("[::1]", true), ("[::1]:80", true),
        ("::1", false), ("localhost:", false), ("localhost:99999", false), ("localhost:80:80", false), ("", false),
        ("example.com", false), ("127.0.0.1.example.com:80", false), ("localhost@example.com", false), ("[::2]", false),
        ("user@127.0.0.1", false),
    ])
    func aRequestNamesThisMachineOnlyByItsOwnNames(authority: String, isLoopback: Bool) {
        #expect(ListenAddress.isLoopback(authority: authority) == isLoopback)
    }
}
