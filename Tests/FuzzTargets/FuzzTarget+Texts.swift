import ArgumentParser
import LoginContracts
import LoginValidatorCommands
import PlatformClient
import ValidatorService

extension FuzzTarget {
    /// Small texts: a time, a base URL, a trace context, an `Accept` field.
    static let texts = FuzzTarget(
        "texts",
        seeds: [
            "2026-01-31T09:30:00.125+09:00", "2016-12-31t23:59:60Z", "0000-01-01 00:00:00z", "9999-12-31T23:59:59.999Z",
            "https://h:10443/a/b", "http://[::1]:80/", "HTTPS://Kr-Openapi.Example.com", "https://h:443",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "application/openmetrics-text;q=0.5, text/plain",
        ],
        pieces: [
            "-12:30", "+23:59", "T", "Z", ":60", "02-29", "@", "://", "[", "]", ":65536", "%2F", ";q=1", "q=nan", "/..",
        ]
    ) { input in
        var rules = Rules()
        let text = String(decoding: input, as: UTF8.self)
        if let time = Timestamp(rfc3339: text) {
            rules.expect(Timestamp.expressible.contains(time), "a time can be written")
            rules.expect(Timestamp(rfc3339: time.description) == time, "a time that is written is read as the same")
        }
        if let url = try? PlatformBaseURL(text) {
            rules.expect((try? PlatformBaseURL(url.description)) == url, "a URL that is written is read as the same")
            rules.expect(url.description.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a URL is visible ASCII")
            rules.expect((1...65_535).contains(url.port) && !url.host.isEmpty, "a URL has a host and a port")
        }
        if let trace = TraceContext(traceparent: text, tracestate: text) {
            rules.expect(trace.traceID.utf8.count == 32, "a trace id has 32 digits")
        }
        _ = ExpositionFormat(accept: text)
        return rules.broken
    }

    /// Lines: arguments of `audit query`.
    static let arguments = FuzzTarget(
        "arguments",
        seeds: [
            "--player\np\n--from\n24h\n--to\n2026-01-31", "--decision\nkick\n--status\n401\n--limit\n5",
            "--from=2026-01-31T09:30:00Z\n--after\n9\n--format\nndjson\n--token\n--partition\n3\n--offset\n4",
        ],
        pieces: [
            "\n--from\n", "\n--to\n", "\n--status\n", "\n--limit\n", "\n--offset\n", "36500d", "h", "0s", "--help\n",
            "--\n",
            "--set\n", "-", "--reason\n",
        ]
    ) { input in
        var rules = Rules()
        let lines = String(decoding: input, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        do {
            _ = try LoginValidator.parseAsRoot(
                ["audit", "query", "--trail", "x.db"] + lines.prefix(100).map(String.init)
            )
        } catch {
            rules.expect(LoginValidator.fullMessage(for: error).utf8.count < 200_000, "a message is bounded")
        }
        return rules.broken
    }
}
