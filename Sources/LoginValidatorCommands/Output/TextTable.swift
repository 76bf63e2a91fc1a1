/// Rows and columns for people: aligned, without lines, each cell on one line.
struct TextTable {
    var columns: [Column]
    private(set) var rows: [[String]] = []
    /// Widths of rows that have been taken, so that later ones stand below them.
    private var takenWidths: [Int]
    private var showsTitles = true

    struct Column {
        var title: String
        var isNumber = false

        init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    /// Longer cells are cut, with an ellipsis.
    private let maximumCellWidth: Int

    /// - Parameter maximumCellWidth: cells that take more of a line are cut, with an ellipsis.
    init(_ columns: [Column], maximumCellWidth: Int = 60) {
        self.columns = columns
        self.maximumCellWidth = maximumCellWidth
        self.takenWidths = columns.map(\.title.displayWidth)
    }

    mutating func append(_ row: [String]) {
        precondition(row.count == self.columns.count, "A row has a cell for every column.")
        self.rows.append(row.map(self.cell))
    }

    /// The table's text, each line ended by a line feed.
    var text: String {
        let widths = self.widths
        let lines = (self.showsTitles ? [self.columns.map(\.title)] : []) + self.rows
        return lines.map { self.line($0, widths: widths) }.joined()
    }

    /// Takes the rows so far out as text; the table goes on below them, without its titles.
    mutating func takeText() -> String {
        let text = self.text
        self.takenWidths = self.widths
        self.rows = []
        self.showsTitles = false
        return text
    }

    private var widths: [Int] {
        self.rows.reduce(into: self.takenWidths) { widths, row in
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.displayWidth) }
        }
    }

    private func line(_ cells: [String], widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[column] - cell.displayWidth)
            if column > 0 { line += "  " }
            line += self.columns[column].isNumber ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    private func cell(_ text: String) -> String {
        let shown = Terminal.printable(text)
        // Characters may have any number of marks piled onto them.
        let maximumScalars = self.maximumCellWidth * 4
        guard shown.displayWidth > self.maximumCellWidth || shown.unicodeScalars.count > maximumScalars else {
            return shown
        }
        var cut = ""
        var width = 0
        var scalars = 0
        for character in shown {
            width += String(character).displayWidth
            scalars += character.unicodeScalars.count
            if width > self.maximumCellWidth - 1 || scalars > maximumScalars { break }
            cut.append(character)
        }
        return cut + "…"
    }
}

extension String {
    /// How many terminal cells the text takes: wide East Asian characters take two.
    var displayWidth: Int {
        self.reduce(0) { width, character in
            guard let scalar = character.unicodeScalars.first else { return width }
            return width + (scalar.isWide ? 2 : 1)
        }
    }
}

extension Unicode.Scalar {
    /// The blocks that Unicode Standard Annex 11 calls wide and that occur in practice.
    fileprivate var isWide: Bool {
        switch self.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
