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
        let (sections, removed, problems) = try self.sections()
        var removal: RemovedVerification?
        if let removed { removal = try RemovedVerification(self.reader, removed.removed, below: removed.firstIndex) }
        var begun = ChunkSequence(
            trailID: self.reader.trailID,
            sections: sections,
            after: removal?.tree ?? sections.first?.file?.base.tree ?? MerkleFrontier(),
            given: self.given,
            trusted: self.trusted
        )
        if var verification = removal {
            try begun.compareRemoved(&verification)
            removal = verification
        }
        let sequence = Mutex(begun)
        let count = sequence.withLock { $0.result.entries }
        let sources = Dictionary(
            sections.map { ($0.indices.lowerBound, $0.file?.sources ?? [:]) },
            uniquingKeysWith: { _, last in last }
        )
        let ends = self.given.map(\.checkpoint.size)
        try self.sideBySide { () throws(TrailError) in
            guard let indices = sequence.withLock({ $0.next(lead: Self.maximumLead) }) else { return false }
            let chunk = try self.reader.read(at: indices.lowerBound) { part, database in
                var chunk = ChunkVerification(indices)
                try chunk.run(database, sources: sources[part.indices.lowerBound] ?? [:], ends: ends)
                return chunk
            }
            sequence.withLock { sequence in
                sequence.finish(chunk)
                progress(sequence.done, count)
            }
            return true
        }
        var (result, records, nodes) = sequence.withLock { ($0.result, $0.records, $0.nodes) }
        result.add(problems + (removal?.problems ?? []))
        for section in sections {
            guard let file = section.file else { continue }
            let first = section.indices.lowerBound
            result.add(file.problems)
            result.add(
                try self.problems(of: section, file, records[first] ?? IndexDigest(), nodes[first] ?? [])
            )
        }
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
    private func indexedRecords(of indices: Range<Int64>, _ sourceIDs: [Int64]) throws(TrailError) -> IndexDigest {
        let first = indices.lowerBound
        let parts = try self.reader.read(at: first) { _, database in
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
            let digest = try self.reader.read(at: first) { _, database in
                try IndexDigest.ofRecords(
                    database,
                    sourceID: part.sourceID,
                    offsets: part.offsets,
                    below: indices.upperBound
                )
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

    /// What there is to verify: the trail's files as they are now, and what is wrong with the files themselves.
    private func sections() throws(TrailError) -> (
        sections: [VerifiedSection],
        removed: (removed: RemovedEntries, firstIndex: Int64)?,
        problems: [TrailProblem]
    ) {
        let (live, chain, removed) = try self.files()
        var sections: [VerifiedSection] = []
        var problems: [TrailProblem] = []
        for file in chain.files {
            do throws(TrailError) {
                let file = try self.reader.read(at: file.indices.lowerBound) { part, database in
                    VerifiedSection(indices: part.indices, file: try VerifiedSection.File(part, database))
                }
                sections.append(file)
            } catch {
                guard [.corrupt, .notATrail, .missing, .cannotOpen].contains(error.code) else { throw error }
                problems.append(
                    TrailProblem(.entry, file.indices.lowerBound, "its segment cannot be read: \(error.message)")
                )
            }
        }
        sections.append(live)
        for gap in chain.gaps {
            problems.append(
                TrailProblem(
                    .entry,
                    gap.lowerBound,
                    "it and all up to entry \(gap.upperBound - 1) are missing: there is no segment of them."
                )
            )
        }
        return (Self.filled(sections, from: chain.firstIndex, &problems), removed, problems)
    }

    /// The live file as it is now, the files before just this one, and what is kept of those that were removed.
    private func files() throws(TrailError) -> (
        live: VerifiedSection,
        chain: SegmentChain,
        removed: (removed: RemovedEntries, firstIndex: Int64)?
    ) {
        for _ in 0..<TrailReader.maximumAttempts {
            let live = try self.reader.read(at: .max) { part, database in
                let end = max(part.indices.lowerBound, try TrailReader.count(database))
                return VerifiedSection(
                    indices: part.indices.lowerBound..<end,
                    file: try VerifiedSection.File(part, database)
                )
            }
            let removed = try self.reader.removedEntries()
            let (chain, part) = try self.reader.chain()
            if part.indices.lowerBound == live.indices.lowerBound, removed?.firstIndex ?? 0 == chain.firstIndex {
                return (live, chain, removed)
            }
        }
        throw TrailError(.locked, "The files of the audit trail \(self.reader.path) change all the time: try again.")
    }

    /// Puts something in for entries that no section has, and compares what neighbours say of each other.
    private static func filled(
        _ sections: [VerifiedSection],
        from start: Int64,
        _ problems: inout [TrailProblem]
    ) -> [VerifiedSection] {
        var filled: [VerifiedSection] = []
        for section in sections {
            let end = filled.last?.indices.upperBound ?? start
            let first = section.indices.lowerBound
            if end < first {
                filled.append(VerifiedSection(indices: end..<first, file: nil))
            } else if let before = filled.last?.file, let file = section.file,
                before.offsetsAfter != file.offsetsBefore
            {
                problems.append(
                    TrailProblem(
                        .index,
                        first,
                        "the segment that begins here does not know how far the records before it went."
                    )
                )
            }
            filled.append(section)
        }
        return filled
    }

    /// What no chunk can tell.
    private func problems(
        of section: VerifiedSection,
        _ file: VerifiedSection.File,
        _ records: IndexDigest,
        _ nodes: [(node: TreeNode, hash: MerkleHash)]
    ) throws(TrailError) -> [TrailProblem] {
        let first = section.indices.lowerBound
        let found = try self.indexedRecords(of: section.indices, file.sources.keys.sorted())
        return try self.reader.read(at: first) { part, database in
            var problems: [TrailProblem] = []
            do {
                try TrailSchema.verifySchema(of: database, path: part.path)
            } catch let error as TrailError where error.code == .corrupt {
                problems.append(TrailProblem(.tree, nil, error.message))
            }
            if found != records {
                problems.append(TrailProblem(.index, nil, "The index over records is not that of the entries."))
            }
            let early = try database.rows("SELECT \"index\" FROM entries WHERE \"index\" < ?", binding: [first]) {
                $0.integer(0)
            }
            if let early = early.first ?? nil {
                problems.append(
                    TrailProblem(
                        .entry,
                        early,
                        early < 0 ? "no entry has a negative index." : "it is in a segment that begins at \(first)."
                    )
                )
            }
            let stray = try database.rows(
                """
                SELECT level, position FROM tree_nodes
                WHERE level NOT IN (8, 16, 24, 32, 40, 48, 56) OR position < 0
                    OR position >= (SELECT max("index") + 1 FROM entries) >> level OR (position + 1) << level <= ?
                LIMIT 1
                """,
                binding: [first]
            ) { row in "level \(row.integer(0) ?? 0), position \(row.integer(1) ?? 0)" }
            if let place = stray.first {
                problems.append(TrailProblem(.tree, nil, "A hash is stored at \(place), where none belongs."))
            }
            problems += try ChunkVerification.problems(of: nodes, database)
            let run = TrailSchema.entriesPerTimeRange
            let summaries = try database.rows("SELECT (SELECT count(*) FROM time_ranges), (\(TrailSchema.nextIndex))") {
                row in (row.integer(0), (row.integer(1) ?? 0) / run - first / run)
            }
            if summaries.contains(where: { $0.0 != $0.1 }) {
                problems.append(
                    TrailProblem(.index, nil, "There are more or fewer summaries of times than there should be.")
                )
            }
            problems += try Self.problemsOfDeliveries(database, from: first)
            // By its index the writer finds what it knows of a source's records. There are not many rows.
            if let defect = try database.defect(in: "'sources'") {
                problems.append(TrailProblem(.index, nil, "The table of sources is damaged: \(defect)"))
            }
            return problems
        }
    }

    /// Marks that are of no entry, overlap, or run ahead of their own entry.
    private static func problemsOfDeliveries(_ database: Database, from first: Int64) throws -> [TrailProblem] {
        var end = first
        var problem: TrailProblem?
        var digest = IndexDigest()
        _ = try database.rows("SELECT first_index, last_index, entry_index FROM deliveries ORDER BY first_index") {
            row in
            guard problem == nil else { return }
            digest.add(delivery: row.integer(0), entry: row.integer(2))
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
        if problem == nil, try IndexDigest.ofDeliveries(database) != digest {
            problem = TrailProblem(.index, nil, "The index over deliveries is not that of their rows.")
        }
        return problem.map { [$0] } ?? []
    }
}
