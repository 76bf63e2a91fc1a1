import Foundation

/// A line on stderr that shows how far something is; silent unless stderr is a terminal.
struct ProgressBar {
    let title: String
    var total: Int
    private let isShown: Bool
    private var lastDrawn: ContinuousClock.Instant?

    /// The bar is drawn again at most this often.
    static let interval: Duration = .milliseconds(100)
    static let width = 30

    init(_ title: String, total: Int, isShown: Bool = Terminal.isStandardErrorTerminal) {
        self.title = title
        self.total = total
        self.isShown = isShown
    }

    mutating func update(_ done: Int, note: String = "") {
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < Self.interval, done < self.total { return }
        self.lastDrawn = now
        guard self.isShown else { return }
        Terminal.remark("\r\u{1B}[K" + self.line(done, note: note))
    }

    func finish() {
        if self.isShown, self.lastDrawn != nil { Terminal.remark("\n") }
    }

    /// The bar's text, without a line end.
    func line(_ done: Int, note: String) -> String {
        let share = self.total > 0 ? Double(min(max(done, 0), self.total)) / Double(self.total) : 1
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        return "\(self.title) \(bar) \(done)/\(self.total)\(note.isEmpty ? "" : "  " + note)"
    }
}
