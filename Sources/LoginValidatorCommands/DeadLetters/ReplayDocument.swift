import LoginContracts
import ValidatorService

/// What `dead-letters replay` says at its end.
struct ReplayDocument: Encodable {
    var destination: String
    var dryRun: Bool
    var interrupted: Bool
    var replayed: Letters
    /// Replayed before.
    var skipped: Letters
    /// Cannot be replayed.
    var failed: Failures
    private let staleCount: Int64
    private let unreadableMarkers: Int

    struct Letters: Encodable {
        var count: Int64
        /// Offsets of the dead-letter topic by partition, such as `3..7, 9`.
        var offsets: [String: String]

        init(count: Int64, _ offsets: [Int32: OffsetSet]) {
            self.count = count
            self.offsets = Dictionary(uniqueKeysWithValues: offsets.map { ("\($0)", $1.description) })
        }

        /// One line a partition, in full: a cell of a table would be cut.
        var lines: String {
            self.offsets.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }
                .map { "  partition \($0), offsets \($1)\n" }.joined()
        }
    }

    struct Failures: Encodable {
        var count: Int64
        /// The first of them.
        var letters: [Failure]
    }

    struct Failure: Encodable {
        var place: String
        var reason: String
    }

    private enum CodingKeys: String, CodingKey {
        case destination, dryRun, interrupted, replayed, skipped, failed
    }

    init(_ report: ReplayReport) {
        self.destination = report.destination
        self.dryRun = report.isDryRun
        self.interrupted = report.isInterrupted
        self.replayed = Letters(count: report.replayedCount, report.replayed)
        self.skipped = Letters(count: report.skippedCount, report.skipped)
        self.failed = Failures(
            count: report.failedCount,
            letters: report.obstacles.map { Failure(place: $0.place.description, reason: $0.reason) }
        )
        self.staleCount = report.staleCount
        self.unreadableMarkers = report.unreadableMarkers
    }

    func text(_ format: OutputFormat) throws -> String {
        guard format == .table else { return try JSON.document(self) }
        var text = "\(self.dryRun ? "Would be replayed" : "Replayed") to \(self.destination): \(self.replayed.count)\n"
        text += self.replayed.lines
        text += "Already replayed: \(self.skipped.count)\n" + self.skipped.lines
        text += "Cannot be replayed: \(self.failed.count)\n"
        for failure in self.failed.letters {
            text += "  \(failure.place): \(Terminal.printable(failure.reason))\n"
        }
        let unnamed = self.failed.count - Int64(self.failed.letters.count)
        if unnamed > 0 { text += "  and \(unnamed) more\n" }
        return text
    }

    /// What the numbers do not say, for stderr.
    var remarks: [String] {
        var remarks: [String] = []
        if self.interrupted { remarks.append("Stopped before everything was looked at; run it again for the rest.") }
        if self.staleCount > 0 {
            remarks.append(
                "\(self.staleCount) of them are stale and keep their old timestamp: with EVENTS_MAXIMUM_AGE they are put "
                    + "aside again. See --restamp."
            )
        }
        if self.unreadableMarkers > 0 {
            remarks.append(
                "warning: \(self.unreadableMarkers) records say what was replayed and cannot be read; what they are "
                    + "about counts as not replayed."
            )
        }
        return remarks
    }
}
