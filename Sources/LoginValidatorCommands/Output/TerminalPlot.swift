import Foundation

/// A plot of numbers over time as columns of block characters, for people.
struct TerminalPlot {
    let title: String
    /// A number for each span of time, oldest first.
    let values: [Double]
    /// What stands below the first and the last column.
    let from: String
    let to: String
    /// How a number is written beside the axis.
    let label: (Double) -> String

    /// At most so many columns; longer series have several spans in one.
    static let maximumColumns = 72
    /// Lines of the plot itself.
    static let height = 6

    private static let eighths: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The spans of each column: as many for all but the last.
    static func spansPerColumn(_ count: Int) -> Int {
        max(1, (count + Self.maximumColumns - 1) / Self.maximumColumns)
    }

    /// The plot with its axis, each line ended by a line feed; a column shows the largest of its spans.
    var text: String {
        let spans = Self.spansPerColumn(self.values.count)
        let columns = stride(from: 0, to: self.values.count, by: spans).map {
            self.values[$0..<min($0 + spans, self.values.count)].max() ?? 0
        }
        let highest = columns.max() ?? 0
        let labels = [self.label(highest), self.label(0)]
        let width = labels.map(\.count).max() ?? 0
        var lines = [self.title]
        for line in 0..<Self.height {
            let label = line == 0 ? labels[0] : line == Self.height - 1 ? labels[1] : ""
            let axis = String(repeating: " ", count: width - label.count) + label
            lines.append("\(axis) │\(String(columns.map { Self.cell($0, line, of: highest) }))")
        }
        let indent = String(repeating: " ", count: width)
        lines.append("\(indent) └" + String(repeating: "─", count: columns.count))
        let gap = columns.count - self.from.count - self.to.count
        let times = gap > 0 ? self.from + String(repeating: " ", count: gap) + self.to : "\(self.from) to \(self.to)"
        lines.append("\(indent)  \(times)")
        return lines.map { Self.trimmed($0) + "\n" }.joined()
    }

    /// What of a column is in one line, counted from the top. A number that is not 0 is never invisible.
    private static func cell(_ value: Double, _ line: Int, of highest: Double) -> Character {
        guard highest > 0, value > 0 else { return " " }
        let filled = max(1, Int((value / highest * Double(Self.height * 8)).rounded()))
        return Self.eighths[min(8, max(0, filled - (Self.height - 1 - line) * 8))]
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }
}
