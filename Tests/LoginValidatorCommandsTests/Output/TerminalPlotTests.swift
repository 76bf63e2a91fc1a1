import Testing

@testable import LoginValidatorCommands

@Suite struct TerminalPlotTests {
    private static func plot(_ values: [Double]) -> String {
        TerminalPlot(title: "T", values: values, from: "a", to: "b", label: { "\(Int($0))" }).text
    }

    @Test func columnsAreAsHighAsTheirNumbers() {
        #expect(
            Self.plot([0, 1, 24, 48]) == """
                T
                48 │   █
                   │   █
                   │   █
                   │  ██
                   │  ██
                 0 │ ▁██
                   └────
                    a  b

                """
        )
    }

    /// One in a million can still be seen.
    @Test func whatIsNotZeroIsVisible() {
        #expect(Self.plot([1, 1_000_000]).contains("▁"))
        #expect(!Self.plot([0, 1_000_000]).contains("▁"))
    }

    @Test(arguments: [1, 72, 73, 144, 145, 10_000])
    func longSeriesFitIntoALine(count: Int) {
        let text = Self.plot((0..<count).map(Double.init))
        for line in text.split(separator: "\n") { #expect(line.count <= TerminalPlot.maximumColumns + 8) }
        let spans = TerminalPlot.spansPerColumn(count)
        #expect(count <= spans * TerminalPlot.maximumColumns && count > (spans - 1) * TerminalPlot.maximumColumns)
    }

    @Test(arguments: [[], [0], [0, 0, 0]])
    func nothingIsAnEmptyPlot(values: [Double]) {
        #expect(!Self.plot(values).contains("█"))
    }
}
