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
        ] + (0 as UInt64..<40).map { seed in
            var random = SeededGenerator(seed: seed)
            let members = (0..<3).map { ("k\($0)", HostileJSON.value(&random)) }
            return HostileJSON.object(members, &random)
        },
        pieces: [#""a":"b","#, #"{"a":"#, "nul", "true", "false", #"\""#]
    ) { input in
        var rules = Rules()
        var texts: [String: String?] = [:]
        var hasNested = false
        let isPlain = PlainJSON.read(input) { name, value in
            if let text = value.text() {
                // The first of two counts for JSONDecoder; this reader leaves such documents to it.
                if texts[name.text] == nil { texts[name.text] = .some(text) } else { hasNested = true }
                return true
            }
            hasNested = true
            return value.skip() || value.object { _, inner in inner.skip() }
        }
        guard isPlain else { return [] }
        let decoded = try? JSONDecoder().decode([String: TextOrOther].self, from: Data(input))
        rules.expect(decoded != nil, "JSONDecoder accepts what the quick reader accepts")
        let object = (try? JSONSerialization.jsonObject(with: Data(input))) as? [String: Any]
        rules.expect(object != nil, "JSONSerialization accepts what the quick reader accepts")
        if hasNested { return rules.broken }
        for (name, text) in texts {
            rules.expect(decoded?[name]?.text == text, "JSONDecoder reads a text alike")
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
