import LoginContracts
import Testing

@testable import PlatformClient

@Suite struct DescriptionCodeTests {
    @Test(arguments: [
        ("Token is invalid. (401.-29401)", -29401), ("playerId There is a valid lockout. (463.-10103)", -10103),
        ("(463.-10103)", -10103), ("x(1.2)", 2), ("x (463.-10103) ", -10103), ("x (463.-10103).", -10103),
        ("x ( 463 . -10103 )", -10103), ("a (401.-1) b (463.-2)", -2), ("((463.-10103)", -10103), ("é (463.0)", 0),
    ])
    func codeEndsTheDescription(text: String, code: Int) {
        #expect(DescriptionCode.code(of: text) == code)
    }

    @Test(arguments: [
        "", "(", ")", "()", "(.)", "no code", "(463)", "(463.)", "(.-10103)", "(463.-)", "(463.--1)", "(463.+1)",
        "(463.1.2)", "(4634.-1)", "(463.-1234567890)", "(abc.-1)", "(463.-10103) more", "(463.-10103", "463.-10103)",
        "(４６３.-1)", "(463.-99999999999999999999)",
    ])
    func anythingElseHasNoCode(text: String) {
        #expect(DescriptionCode.code(of: text) == nil)
    }
}

@Suite struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z.
    static let date = Timestamp(784_111_777_000)

    @Test(arguments: [
        ("0", 0), ("17", 17), (" 17\t", 17), ("007", 7), ("3600", 3600), ("3601", 3600),
        ("99999999999999999999999", 3600),
        ("Sun, 06 Nov 1994 08:50:07 GMT", 30), ("Sunday, 06-Nov-94 08:50:07 GMT", 30), ("Sun Nov  6 08:50:07 1994", 30),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sat, 05 Nov 1994 08:49:37 GMT", 0),
        ("Mon, 07 Nov 1994 08:49:37 GMT", 3600),
    ])
    func fieldIsAWait(field: String, seconds: Int) {
        #expect(RetryAfter.delay(of: field, arrival: Self.date) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "1s", "soon", "١٢", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT", "1\r\n2", String(repeating: "1", count: 65), "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06-Nov 08:49:37 GMT",
    ])
    func rubbishIsIgnored(field: String) {
        #expect(RetryAfter.delay(of: field, arrival: Self.date) == nil)
    }
}
