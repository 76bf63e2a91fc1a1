import LoginContracts
import Testing

@Suite struct TraceContextTests {
    static let id = "0af7651916cd43dd8448eb211c80319c"
    static let parent = "b7ad6b7169203331"

    @Test(arguments: ["00-\(id)-\(parent)-01", "00-\(id)-\(parent)-00", "cc-\(id)-\(parent)-ff"])
    func traceparentIsCarriedAsItCame(_ text: String) throws {
        let trace = try #require(TraceContext(traceparent: text))
        #expect(trace.traceparent == text)
        #expect(trace.traceID == Self.id)
        #expect(trace.tracestate == nil)
    }

    @Test(
        arguments: [
            nil, "", "00", "ff-\(id)-\(parent)-01", "00-\(String(repeating: "0", count: 32))-\(parent)-01",
            "00-\(id)-0000000000000000-01", "00-\(id.uppercased())-\(parent)-01", "00-\(id)-\(parent)-1",
            "00-\(id)-\(parent)-01-extra", "00_\(id)_\(parent)_01", "0g-\(id)-\(parent)-01", " 00-\(id)-\(parent)-01",
            "00-\(id)-\(parent)-01\n", "00-\(id)-\(parent)-é", "00-\(id.dropLast())é-\(parent)-01",
        ] as [String?]
    )
    func brokenTraceparentIsNoContext(_ text: String?) {
        #expect(TraceContext(traceparent: text, tracestate: "a=b") == nil)
    }

    @Test(arguments: [
        ("a=b,c=d", true), (String(repeating: "s", count: 512), true), (String(repeating: "s", count: 513), false),
        ("", false), ("a=b\r\nx: y", false), ("a=é", false), ("a=\u{0}", false), ("a\t", false),
    ])
    func brokenTracestateIsDroppedAndTheParentKept(_ state: String, isKept: Bool) throws {
        let trace = try #require(TraceContext(traceparent: "00-\(Self.id)-\(Self.parent)-01", tracestate: state))
        #expect(trace.tracestate == (isKept ? state : nil))
    }
}
