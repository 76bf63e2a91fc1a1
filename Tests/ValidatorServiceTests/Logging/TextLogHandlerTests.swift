import Logging
import Testing

@testable import ValidatorService

@Suite struct TextLogHandlerTests {
    @Test(arguments: [
        ("plain", "k=plain"), ("two words", #"k="two words""#), ("", #"k="""#), ("a=b", #"k="a=b""#),
        ("a\"b", #"k="a\"b""#), ("a\nb", #"k="a\nb""#), ("\u{1B}[31m", #"k="\u{1b}[31m""#), (#"a\nb"#, #"k="a\\nb""#),
        ("x\" level=error", #"k="x\" level=error""#), ("한국어", "k=한국어"),
    ])
    func valueIsQuotedWhenItMust(value: String, expected: String) throws {
        let capture = try LogCapture()
        capture.textLogger().info("Message", metadata: ["k": "\(value)"])
        #expect(capture.text == "2026-01-31T09:30:00.123Z info     Message \(expected)\n")
    }

    @Test(arguments: HostileText.all)
    func hostileTextStaysOnItsLine(text: String) throws {
        let capture = try LogCapture()
        capture.textLogger().info(
            "\(text)",
            metadata: ["value": "\(text)", "nested": [text: [.string(text)]], text: "v"]
        )
        #expect(capture.lines.count == 1)
        #expect(capture.lines[0].unicodeScalars.allSatisfy { !$0.isUnsafeInLogLine })
    }

    @Test func nestedValuesAreWrittenInOrder() throws {
        let capture = try LogCapture()
        capture.textLogger().info("m", metadata: ["k": ["b": "2", "a": ["x", "y"]]])
        #expect(capture.text.hasSuffix(" m k=\"[a: [x, y], b: 2]\"\n"))
    }

    @Test func coloursAreOnlyOnTheLevel() throws {
        let capture = try LogCapture()
        capture.textLogger(hasColour: true).error("m", metadata: ["k": "v"])
        #expect(capture.text == "2026-01-31T09:30:00.123Z \u{1B}[1;31merror\u{1B}[0m    m k=v\n")
    }

    @Test(
        arguments: [
            (nil, nil, true), ("", nil, true), ("1", nil, false), ("0", "xterm", false), (nil, "dumb", false),
        ] as [(String?, String?, Bool)]
    )
    func environmentDecidesAboutColours(noColour: String?, terminal: String?, allows: Bool) {
        #expect(TerminalEnvironment(noColour: noColour, terminal: terminal).allowsColour == allows)
    }

    @Test func automaticFormatIsJSONWithoutATerminal() throws {
        let capture = try LogCapture()
        func handler(_ format: LogFormat) -> any LogHandler {
            LoggingSetup.handler(
                label: "l",
                level: .info,
                format: format,
                output: capture.output,
                environment: TerminalEnvironment()
            )
        }
        #expect(handler(.automatic) is JSONLogHandler)
        #expect(handler(.json) is JSONLogHandler)
        #expect(handler(.text) is TextLogHandler)
    }

    @Test(arguments: [
        ("info", Logger.Level.info), ("DEBUG", .debug), ("warn", .warning), ("critical", .critical), ("loud", nil),
    ])
    func levelIsFoundByName(name: String, level: Logger.Level?) {
        #expect(LoggingSetup.level(named: name) == level)
    }

    @Test(arguments: [(0, "…"), (1, "…"), (2, "é…"), (3, "é…"), (4, "éé"), (5, "éé")])
    func textIsCutBetweenCharacters(limit: Int, expected: String) {
        #expect("éé".bounded(toBytes: limit) == expected)
    }
}
