import Testing

@testable import LoginValidatorCommands

@Suite struct TextTableTests {
    @Test func columnsAreAlignedAndNumbersStandRight() {
        var table = TextTable([.init("NAME"), .init("COUNT", isNumber: true), .init("NOTE")])
        table.append(["a", "7", "first"])
        table.append(["longer", "12345", ""])
        #expect(
            table.text == """
                NAME    COUNT  NOTE
                a           7  first
                longer  12345

                """
        )
    }

    @Test func aTableWithoutRowsHasItsTitles() {
        #expect(TextTable([.init("A"), .init("B")]).text == "A  B\n")
    }

    @Test func wideCharactersTakeTwoCells() {
        #expect("가나".displayWidth == 4)
        #expect("ab가".displayWidth == 4)
        #expect("日本語".displayWidth == 6)
        #expect("é".displayWidth == 1)
        #expect("e\u{301}".displayWidth == 1)
        var table = TextTable([.init("PLAYER"), .init("X")])
        table.append(["홍길동", "1"])
        table.append(["hong", "2"])
        #expect(table.text == "PLAYER  X\n홍길동  1\nhong    2\n")
    }

    @Test(arguments: [
        ("a\u{1B}[2Jb", "a\\u{1b}[2Jb"), ("line\nbreak", "line\\u{a}break"), ("\r\n", "\\u{d}\\u{a}"),
        ("\u{202E}evil", "\\u{202e}evil"), ("tab\there", "tab\\u{9}here"),
    ])
    func controlCharactersAreShownNotObeyed(text: String, shown: String) {
        var table = TextTable([.init("X")])
        table.append([text])
        #expect(table.text == "X\n\(shown)\n")
    }

    @Test(arguments: [
        (String(repeating: "a", count: 60), String(repeating: "a", count: 60)),
        (String(repeating: "a", count: 61), String(repeating: "a", count: 59) + "…"),
        (String(repeating: "가", count: 30), String(repeating: "가", count: 30)),
        (String(repeating: "가", count: 31), String(repeating: "가", count: 29) + "…"),
    ])
    func longCellsAreCut(text: String, shown: String) {
        var table = TextTable([.init("X")])
        table.append([text])
        #expect(table.text == "X\n\(shown)\n")
        #expect(shown.displayWidth <= 60)
    }

    @Test func marksPiledOnOneCharacterAreCut() {
        var table = TextTable([.init("X")])
        table.append(["ok z" + String(repeating: "\u{301}", count: 10_000)])
        #expect(table.text == "X\nok …\n")
    }

    @Test func rowsTakenEarlierKeepTheColumnsInPlace() {
        var table = TextTable([.init("A"), .init("B")])
        table.append(["long cell", "1"])
        #expect(table.takeText() == "A          B\nlong cell  1\n")
        table.append(["x", "2"])
        #expect(table.takeText() == "x          2\n")
        #expect(table.rows.isEmpty)
    }
}
