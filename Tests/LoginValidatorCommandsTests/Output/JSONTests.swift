import Foundation
import Testing

@testable import LoginValidatorCommands

@Suite struct JSONTests {
    @Test func membersAreSortedAndSlashesStay() throws {
        #expect(try JSON.line(["b": "x/y", "a": "한"]) == #"{"a":"한","b":"x/y"}"#)
    }

    @Test func aDocumentIsForPeople() throws {
        let text = try JSON.document(["b": 1, "a": 2])
        #expect(text.hasPrefix("{\n"))
        #expect(text.hasSuffix("}\n"))
    }

    @Test(arguments: [
        "\u{1B}[2J", "\u{9B}2J", "\u{7F}", "\u{202E}bidi\u{202C}", "\u{2028}", "a\nb\r\u{0}", "\u{E0041}", "\\u{1b}",
        "\"quoted\"", "한국어 🎮",
    ])
    func nothingIsObeyedAndNothingIsLost(text: String) throws {
        let line = try JSON.line([text])
        #expect(!line.unicodeScalars.contains(where: Terminal.isControl))
        #expect(try JSONDecoder().decode([String].self, from: Data(line.utf8)) == [text])
    }
}
