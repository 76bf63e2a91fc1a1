import Foundation
import LoginContracts
import Testing

/// Values that are no login event in ways a parser may trip over.
@Suite struct HostileValueTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static let notObjects: [(String, [UInt8]?)] = [
        ("tombstone", nil), ("empty", []), ("blank", bytes("  \n")), ("text", bytes("login")), ("null", bytes("null")),
        ("string", bytes("\"a\"")), ("number", bytes("12")), ("huge number", bytes("1e99999")), ("true", bytes("true")),
        ("array", bytes("[]")), ("array of an event", bytes("[\(loginJSON())]")), ("cut off", bytes(#"{"kgAppId":"1"#)),
        ("two documents", bytes(loginJSON() + loginJSON())), ("trailing NUL", bytes(loginJSON()) + [0]),
        ("leading NUL", [0] + bytes(loginJSON())), ("NULs", [UInt8](repeating: 0, count: 64)),
        ("single quotes", bytes("{'kgAppId':'1'}")), ("comment", bytes("/* */" + loginJSON())),
        ("deep arrays", [UInt8](repeating: 0x5B, count: 60_000)),
        ("100,000 arrays", [UInt8](repeating: 0x5B, count: 100_000)),
        ("deep objects", bytes(String(repeating: #"{"a":"#, count: 10_000))),
        ("deep unknown member", bytes(loginJSON(["x": String(repeating: "[", count: 5000)]))),
        ("1 MB", bytes(loginJSON(["x": "\"\(String(repeating: "x", count: 1_000_000))\""]))),
        ("invalid UTF-8 alone", [0xFF, 0xFE, 0xFD]),
        ("overlong UTF-8", [0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x3A, 0x31, 0x7D]),
        ("UTF-16", Array(loginJSON().data(using: .utf16)!)),
        ("UTF-16LE", Array(loginJSON().data(using: .utf16LittleEndian)!)),
        ("UTF-16BE", Array(loginJSON().data(using: .utf16BigEndian)!)),
        ("UTF-32", Array(loginJSON().data(using: .utf32)!)),
        ("Avro with a schema id", [0, 0, 0, 0, 7, 12, 0x31, 0x32]),
    ]

    @Test(arguments: notObjects.indices) func valueThatIsNoObjectIsADefectOfTheValue(_ index: Int) throws {
        let (name, value) = Self.notObjects[index]
        let defect = try #require(SourceRecord.login(value).defect, "\(name)")
        #expect(defect.field == "value", "\(name)")
        #expect(!defect.rule.isEmpty)
        #expect(!defect.description.contains("SECRET"))
    }

    @Test func valueOfTheMaximumSizeIsReadAndOneByteMoreRefused() throws {
        let padding = LoginEventDecoder.maximumValueBytes - loginJSON().utf8.count
        let full = loginJSON() + String(repeating: " ", count: padding)
        #expect(SourceRecord.login(full).event != nil)
        let defect = try #require(SourceRecord.login(full + " ").defect)
        #expect(defect.rule.contains("65537") && defect.rule.contains("65536"))
    }

    @Test(arguments: ["sessionId", "playerId", "accessToken", "kgAppId"])
    func invalidUTF8InAFieldIsRefused(_ field: String) throws {
        let parts = loginJSON([field: "\"<>\""]).split(separator: "<>")
        let value = Self.bytes(String(parts[0])) + [0xC3, 0x28] + Self.bytes(String(parts[1]))
        #expect(SourceRecord.login(value).defect != nil)
    }

    @Test(arguments: [#"\ud800"#, #"\udc00x"#, #"\uD834\u0041"#]) func loneSurrogateIsRefused(_ escape: String) {
        #expect(SourceRecord.login(loginJSON(["sessionId": "\"\(escape)\""])).defect != nil)
    }

    @Test func surrogatePairAndEscapedNameAreRead() throws {
        let text = loginJSON(["sessionId": #""\ud834\udd1e""#]).replacing("kgAppId", with: #"kgAppI\u0064"#)
        let event = try #require(SourceRecord.login(text).event)
        #expect(event.sessionId == "𝄞")
        #expect(event.kgAppId == "123456")
    }

    /// Two readers that differ about a repeated member could be told two different players; ours must at least always
    /// say the same.
    @Test func firstOfARepeatedMemberCounts() throws {
        let text = #"{"playerId":"first","playerId":"second","playerId":null,"# + loginJSON().dropFirst()
        #expect(try #require(SourceRecord.login(text).event).playerId == "first")
        let mistyped = #"{"playerId":1,"playerId":"second","# + loginJSON().dropFirst()
        #expect(SourceRecord.login(mistyped).defect?.field == "playerId")
    }

    @Test(arguments: ["1e99999", "-1e-99999", "123456789012345678901234567890", "0.1", "[[[[1]]]]", #"{"platform":1}"#])
    func unknownMemberIsIgnoredWhateverItHolds(_ value: String) {
        #expect(SourceRecord.login(loginJSON(["unknown": value])).event != nil)
    }

    @Test func emptyNameAndNamesInOtherCaseAreUnknownMembers() {
        let text = loginJSON(["": "1", "PLAYERID": "1", "playerid": "1", "__proto__": "{}"])
        #expect(SourceRecord.login(text).event?.playerId == nil)
        #expect(SourceRecord.login(text).event != nil)
    }

    /// Whatever is wrong with whichever field, the text that ends up in dead letters and logs never quotes a value.
    @Test(arguments: LoginEventDecoderTests.fields) func defectNeverQuotesTheRecord(_ field: String) throws {
        let secret = "SECRET\u{1F512}"
        let values = [
            "\"\(secret)\"", #""\#(secret)\r\n""#, "[\"\(secret)\"]", "{\"\(secret)\":\"\(secret)\"}",
            "\"\(String(repeating: secret, count: 1000))\"", "\"\(secret)",
        ]
        for value in values {
            for structured in [false, true] {
                let text = loginJSON([field: value])
                let record =
                    structured
                    ? SourceRecord.login(
                        #"{"specversion":"1.0","id":"\#(secret)","time":"2026-01-31T00:00:00Z","data":\#(text)}"#,
                        headers: [.init("content-type", "application/cloudevents+json")]
                    ) : SourceRecord.login(text)
                guard let defect = record.defect else { continue }
                #expect(!"\(defect)\(String(reflecting: defect))".contains("SECRET"), "\(value)")
            }
        }
    }

    @Test func hostileFieldNameIsCutInADefect() {
        #expect(EventDefect(field: String(repeating: "f", count: 1000), rule: "r").field.count == 64)
        #expect(EventDefect(field: "playerId", rule: "is empty").description == "playerId: is empty")
    }
}
