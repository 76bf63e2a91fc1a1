import Testing

@testable import LoginValidatorCommands

@Suite struct CSVTests {
    @Test func aLineEndsInCarriageReturnAndLineFeed() {
        #expect(CSV.line(["a", "", "c"]) == "a,,c\r\n")
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""),
        ("two\r\nlines", "\"two\r\nlines\""), ("two\rlines", "\"two\rlines\""), ("\"", "\"\"\"\""),
        ("semi;colon", "semi;colon"), ("한국어", "한국어"), (" space ", " space "),
    ])
    func cellsAreQuotedWhereTheyMustBe(cell: String, written: String) {
        #expect(CSV.line([cell]) == written + "\r\n")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("  =1", "'  =1"), ("=\u{301}1", "'=\u{301}1"), ("\t=1", "'\t=1"), ("=\"a\"", "\"'=\"\"a\"\"\""),
        ("-29401", "-29401"), ("-1.5", "-1.5"), ("a=1", "a=1"), ("1-2", "1-2"),
    ])
    func aFormulaBecomesText(cell: String, written: String) {
        #expect(CSV.line([cell]) == written + "\r\n")
    }

    /// A combining mark joins the character before it; the reader of the file sees the comma or quote all the same.
    @Test(arguments: [("a,\u{301}b", "\"a,\u{301}b\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\"")])
    func aCombiningMarkHidesNoSeparator(cell: String, written: String) {
        let line = CSV.line([cell])
        #expect(Array(line.utf8) == Array((written + "\r\n").utf8))
    }

    @Test func aTerminalObeysNothingInACell() {
        #expect(CSV.line(["\u{1B}[2J\u{202E}"]) == "\\u{1b}[2J\\u{202e}\r\n")
    }
}
