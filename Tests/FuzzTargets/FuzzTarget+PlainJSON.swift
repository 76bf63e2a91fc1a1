import Foundation
import HostileInput
import LoginContracts

extension FuzzTarget {
    /// What the quick reader takes, Foundation's two readers read alike.
    static let plainJSON = FuzzTarget(
        "plain-json",
        seeds: [
            #"{"a":"b","c":null,"d":{"e":"f"},"g":true}"#, #" { "k" : "v" , "é" : "\u0041" } "#, #"{"a":"1","a":"2"}"#,
            "{}", "{\"a\":\"\u{7F}\u{2028}e\u{301}\"}",
        ]
            + (0 as UInt64..<40).map { seed in
                var random = SeededGenerator(seed: seed)
                let members = (0..<3).map { ("k\($0)", HostileJSON.value(&random)) }
                return HostileJSON.object(members, &random)
            },
        pieces: [#""a":"b","#, #"{"a":"#, "nul", "true", "false", #"\""#]
    ) { input in
        var rules = Rules()
        var texts: [String: String?] = [:]
        var names: Set<String> = []
        // As its callers do, it takes one kind of value for each name, and leaves repeated names to JSONDecoder.
        let isPlain = PlainJSON.read(input) { name, value in
            guard names.insert(name.text).inserted else { return false }
            switch name.text.first {
            case "d": return value.object { _, inner in inner.skip() }
            case "g": return value.skip()
            default:
                guard let text = value.text() else { return false }
                texts[name.text] = .some(text)
                return true
            }
        }
        guard isPlain else { return [] }
        let decoded = try? JSONDecoder().decode([String: TextOrOther].self, from: Data(input))
        rules.expect(decoded != nil, "JSONDecoder accepts what the quick reader accepts")
        let object = (try? JSONSerialization.jsonObject(with: Data(input))) as? [String: Any]
        rules.expect(object != nil, "JSONSerialization accepts what the quick reader accepts")
        for (name, text) in texts {
            rules.expect(decoded?[name]?.text == text, "JSONDecoder reads a text alike")
            // JSONSerialization drops a byte order mark at the beginning of a text.
            if (name + (text ?? "")).unicodeScalars.contains("\u{FEFF}") { continue }
            rules.expect(object.map { $0[name] as? String == text } ?? true, "JSONSerialization reads a text alike")
        }
        return rules.broken
    }
}

/// A text, a null, or anything else.
private struct TextOrOther: Decodable {
    var text: String?

    init(from decoder: any Decoder) throws {
        self.text = try? decoder.singleValueContainer().decode(String.self)
    }
}
