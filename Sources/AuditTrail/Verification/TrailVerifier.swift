import Dispatch
import Foundation
import GRDB
import LoginContracts
import Synchronization

/// Verifies a whole trail: every entry, every hash, every signature, and what stands beside them.
///
/// Chunks of the trail are read side by side, in bounded memory, while the service may go on writing: the entries that
/// there are at the beginning are verified. Blocks for as long as it takes; from any thread.
package struct TrailVerifier: Sendable {
    private let reader: TrailReader
    /// Checkpoints that the auditor had before, with the keys that have signed them.
    private let given: [SignedCheckpoint]
    /// The only keys that may have signed the trail's checkpoints; empty for any.
    private let trusted: Set<NoteVerifier>

    /// How many chunks may be verified ahead of the first that is not: more would fill the memory.
    private static let maximumLead = 64

    package init(_ reader: TrailReader, against given: [SignedCheckpoint] = [], trusted: Set<NoteVerifier> = []) {
        self.reader = reader
        self.given = given.sorted { $0.checkpoint.size < $1.checkpoint.size }
        self.trusted = trusted
    }

    /// - Parameter progress: is told how many entries are done and how many there are, from several threads, one call at a
    ///   time.
    /// - Throws: ``TrailError`` when the trail cannot be read. Whatever can be read and is wrong is in the result.
    package func verify(progress: @Sendable (_ done: Int64, _ all: Int64) -> Void = { _, _ in }) throws(TrailError)
        -> TrailVerification
    {
        let (count, sources) = try self.reader.read { database in
            (try TrailReader.count(database), try Self.sources(database))
        }
        let sequence = Mutex(
            ChunkSequence(trailID: self.reader.trailID, count: count, given: self.given, trusted: self.trusted)
        )
        let ends = self.given.map(\.checkpoint.size)
        try self.sideBySide { () throws(TrailError) in
            guard let indices = sequence.withLock({ $0.next(lead: Self.maximumLead) }) else { return false }
            let chunk = try self.reader.read { database in
                var chunk = ChunkVerification(indices)
                try chunk.run(database, sources: sources, ends: ends)
                return chunk
            }
            sequence.withLock { sequence in
                sequence.finish(chunk)
                progress(sequence.done, count)
            }
            return true
        }
        var (result, records) = sequence.withLock { ($0.result, $0.records) }
        let found = try self.indexedRecords(count, sources.keys.sorted())
        if found != records {
            result.add([TrailProblem(.index, nil, "The index over records is not that of the entries.")])
        }
        result.add(try self.problemsOfTheWhole(count))
        return result
    }

    /// Calls `work` on as many threads as there are processors until it says that nothing is left to do, or fails.
    private func sideBySide(_ work: @Sendable () throws(TrailError) -> Bool) throws(TrailError) {
        let failure = Mutex<TrailError?>(nil)
        let workers = min(ProcessInfo.processInfo.activeProcessorCount, TrailReader.maximumConnections)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while failure.withLock({ $0 == nil }) {
                do throws(TrailError) {
                    guard try work() else { return }
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// What the index over records delivers, read in parts of about as many records.
    private func indexedRecords(_ count: Int64, _ sourceIDs: [Int64]) throws(TrailError) -> IndexDigest {
        let parts = try self.reader.read { database in
            try sourceIDs.flatMap { id in try Self.parts(of: id, database).map { (sourceID: id, offsets: $0) } }
        }
        let state = Mutex((next: 0, digest: IndexDigest()))
        try self.sideBySide { () throws(TrailError) in
            let place = state.withLock { state in
                defer { state.next += 1 }
                return state.next
            }
            guard place < parts.count else { return false }
            let part = parts[place]
            let digest = try self.reader.read { database in
                try IndexDigest.ofRecords(database, sourceID: part.sourceID, offsets: part.offsets, below: count)
            }
            state.withLock { $0.digest = $0.digest + digest }
            return true
        }
        return state.withLock { $0.digest }
    }

    private static let partsOfASource: UInt64 = 16

    /// All offsets there can be, cut where about as many of the source's records lie between.
    private static func parts(of sourceID: Int64, _ database: Database) throws -> [ClosedRange<Int64>] {
        let ends = try database.rows(
            """
            SELECT (SELECT min(record_offset) FROM entries WHERE source_id = ?1),
                (SELECT max(record_offset) FROM entries WHERE source_id = ?1)
            """,
            binding: [sourceID]
        ) { (first: $0.integer(0) ?? 0, last: $0.integer(1) ?? 0) }
        let (first, last) = ends.first ?? (0, 0)
        let length = UInt64(bitPattern: last &- first) / Self.partsOfASource + 1
        var parts: [ClosedRange<Int64>] = []
        var start = Int64.min
        for part in 1..<Self.partsOfASource {
            let end = first &+ Int64(truncatingIfNeeded: part &* length)
            guard end > start, end < last else { break }
            parts.append(start...end)
            start = end + 1
        }
        return parts + [start...Int64.max]
    }

    private static func sources(_ database: Database) throws -> [Int64: LeafSource] {
        let rows = try database.makeStatement(sql: "SELECT id, cluster_id, topic, partition FROM sources")
        let row = StatementHandle(pointer: rows.sqliteStatement)
        defer { row.reset() }
        var sources: [Int64: LeafSource] = [:]
        while try row.step() {
            guard let id = row.integer(0), let clusterID = row.exactText(1), let topic = row.exactText(2),
                let partition = row.exactInteger(3)
            else { continue }
            sources[id] = LeafSource(clusterID: clusterID, topic: topic, partition: partition)
        }
        return sources
    }

    /// What no chunk can tell.
    private func problemsOfTheWhole(_ count: Int64) throws(TrailError) -> [TrailProblem] {
        try self.reader.read { database in
            var problems: [TrailProblem] = []
            do {
                try TrailSchema.verifySchema(of: database, path: self.reader.path)
            } catch let error as TrailError where error.code == .corrupt {
                problems.append(TrailProblem(.tree, nil, error.message))
            }
            if let first = try Int64.fetchOne(database, sql: "SELECT \"index\" FROM entries WHERE \"index\" < 0") {
                problems.append(TrailProblem(.entry, first, "no entry has a negative index."))
            }
            let stray = try database.rows(
                """
                SELECT level, position FROM tree_nodes
                WHERE level NOT IN (8, 16, 24, 32, 40, 48, 56) OR position < 0
                    OR position >= (SELECT max("index") + 1 FROM entries) >> level
                LIMIT 1
                """
            ) { row in "level \(row.integer(0) ?? 0), position \(row.integer(1) ?? 0)" }
            if let place = stray.first {
                problems.append(TrailProblem(.tree, nil, "A hash is stored at \(place), where none belongs."))
            }
            let summaries = try database.rows(
                "SELECT (SELECT count(*) FROM time_ranges), (SELECT ifnull(max(\"index\"), -1) + 1 FROM entries)"
            ) { row in (row.integer(0), (row.integer(1) ?? 0) / TrailSchema.entriesPerTimeRange) }
            if summaries.contains(where: { $0.0 != $0.1 }) {
                problems.append(
                    TrailProblem(.index, nil, "There are more or fewer summaries of times than there should be.")
                )
            }
            problems += try Self.problemsOfDeliveries(database)
            return problems
        }
    }

    /// Marks that are of no entry, overlap, or run ahead of their own entry.
    private static func problemsOfDeliveries(_ database: Database) throws -> [TrailProblem] {
        var end: Int64 = 0
        var problem: TrailProblem?
        _ = try database.rows("SELECT first_index, last_index, entry_index FROM deliveries ORDER BY first_index") {
            row in
            guard problem == nil else { return }
            let first = row.integer(0) ?? -1
            guard let entry = row.integer(2), entry >= 0 else {
                problem = TrailProblem(.tree, first, "its delivery is no entry of the trail.")
                return
            }
            guard let last = row.integer(1), first >= end, first <= last, last < entry else {
                problem = TrailProblem(.tree, first, "its delivery overlaps another, or comes before what it is about.")
                return
            }
            end = last + 1
        }
        return problem.map { [$0] } ?? []
    }
}
