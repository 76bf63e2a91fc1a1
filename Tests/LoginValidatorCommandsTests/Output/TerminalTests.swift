import Testing

@testable import LoginValidatorCommands

@Suite struct TerminalTests {
    @Test(arguments: ["plain text", "", "한국어 텍스트", "naïve café", "emoji 🎮", "quote \" comma , back\\slash"])
    func harmlessTextStaysAsItIs(text: String) {
        #expect(Terminal.printable(text) == text)
    }

    @Test(arguments: [
        ("\u{1B}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
        ("\u{9B}2J", "\\u{9b}2J"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("\u{0}", "\\u{0}"), ("\u{7F}", "\\u{7f}"),
        ("\u{202E}abc\u{202C}", "\\u{202e}abc\\u{202c}"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("zero\u{200B}width", "zero\\u{200b}width"),
        ("\u{FEFF}bom", "\\u{feff}bom"), ("\u{E0041}tag", "\\u{e0041}tag"), ("\u{8}\u{8}", "\\u{8}\\u{8}"),
    ])
    func whatATerminalWouldObeyIsShown(text: String, shown: String) {
        #expect(Terminal.printable(text) == shown)
    }

    @Test func noScalarOfTheControlCategoriesGetsThrough() {
        for value in (UInt32(0)...0xFFFF).filter({ !(0xD800...0xDFFF).contains($0) }) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = Terminal.printable(String(scalar))
            #expect(!shown.unicodeScalars.contains(where: Terminal.isControl))
        }
    }
}
