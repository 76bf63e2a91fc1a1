import LoginContracts
import Testing

@testable import AuditTrail

/// The host's clock is set back: entries keep their order by number, and a time range finds each by its own time.
struct ClockTests {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private static let start: Int64 = 1_700_000_000_000
    private static let hour: Int64 = 3_600_000

    /// Hours, one after the other, as the clock showed them; each lasts 700 entries, so that runs of 1024 mix two.
    private static let hours: [Int64] = [0, 1, 2, -30, -29, 3, 3, -5, 4]
    private static let entriesPerHour: Int64 = 700

    /// Writes them, with a restart in the middle of a run, and returns each entry's time by number.
    private func fill() throws -> [Int64] {
        var times: [Int64] = []
        for (number, hour) in Self.hours.enumerated() {
            // A new process each time, so that the run that is not summed up is read again.
            let writer = try TrailWriter(self.folder)
            defer { writer.close() }
            let first = Int64(number) * Self.entriesPerHour
            let entries = (first..<(first + Self.entriesPerHour)).map { offset in
                ValidationEntry.sample(
                    offset,
                    recordedAt: Self.start + hour * Self.hour + (offset - first) * Self.hour / Self.entriesPerHour
                )
            }
            #expect(try writer.append(entries) == first..<(first + Self.entriesPerHour))
            times += entries.map(\.recordedAt.millisecondsSince1970)
        }
        return times
    }

    @Test func aTimeRangeFindsEveryEntryByItsOwnTime() throws {
        let times = try self.fill()
        let reader = try TrailReader(path: self.folder.database)
        let marks: [Int64?] = [nil, -31, -30, -29, -28, -5, -4, 0, 1, 2, 3, 4, 5, 6]
        for from in marks {
            for to in marks {
                var query = TrailQuery()
                query.from = from.map { Timestamp(Self.start + $0 * Self.hour) }
                query.to = to.map { Timestamp(Self.start + $0 * Self.hour) }
                let expected = times.indices.filter { index in
                    (query.from.map { times[index] >= $0.millisecondsSince1970 } ?? true)
                        && (query.to.map { times[index] < $0.millisecondsSince1970 } ?? true)
                }
                var found: [Int] = []
                try reader.forEach(query, ascending: true) { found.append(Int($0.index)) }
                #expect(found == expected, "from \(from ?? 0) to \(to ?? 0)")
                query.limit = 50
                let page = try reader.entries(query)
                #expect(page.entries.map { Int($0.index) } == Array(expected.reversed().prefix(50)))
            }
        }
    }

    /// The newest by number come first, whatever their times say.
    @Test func theNumberTellsTheOrderNotTheTime() throws {
        let writer = try TrailWriter(self.folder)
        for (offset, hour) in zip(Int64(0)..., [5, 1, 3]) {
            _ = try writer.append([.sample(offset, recordedAt: Self.start + Int64(hour) * Self.hour)])
        }
        let page = try TrailReader(path: self.folder.database).entries(TrailQuery())
        #expect(page.entries.map(\.index) == [2, 1, 0])
    }
}
