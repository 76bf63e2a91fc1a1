import Logging
import LoginContracts

extension WriterState {
    mutating func append(
        _ entries: [ValidationEntry],
        deliveries: [EntryDelivery],
        services: [ServiceEntry]
    ) throws(TrailError) -> Range<Int64> {
        guard [entries.count, deliveries.count, services.count].allSatisfy({ $0 <= TrailWriter.maximumBatch }) else {
            throw TrailError(.invalid, "More than \(TrailWriter.maximumBatch) of a sort in one append.")
        }
        let first = self.nextIndex
        if entries.isEmpty, deliveries.isEmpty, services.isEmpty { return first..<first }
        do throws(TrailError) {
            let deliveries = try self.rollOver(deliveries)
            return try self.appendNew(entries, deliveries: deliveries, services: services)
        } catch {
            guard error.code == .alreadyRecorded, let indices = try self.numbers(of: entries) else { throw error }
            // The append had been reported as failed, or its caller does not know that it was not. What happened to the
            // service was numbered behind the decisions.
            try self.noteSurvivors(from: indices.upperBound, try self.usableConnection())
            _ = try self.appendNew([], deliveries: deliveries, services: services)
            return indices
        }
    }

    mutating func appendNew(
        _ entries: [ValidationEntry],
        deliveries: [EntryDelivery],
        services: [ServiceEntry]
    ) throws(TrailError) -> Range<Int64> {
        try self.transaction { state, connection throws(TrailError) in
            let first = state.nextIndex
            for entry in entries {
                let source = Source(clusterID: entry.identity.clusterID, partition: entry.identity.partition)
                let row = try state.makeSource(source, connection)
                _ = try state.insert(.validation(entry, sourceID: row.id), source: row.leaf, connection)
            }
            let indices = first..<state.nextIndex
            state.undelivered?.append(indices)
            for delivery in deliveries { try state.insert(delivery, connection) }
            for service in services { _ = try state.insert(service, connection) }
            return indices
        }
    }

    mutating func append(_ entry: ServiceEntry) throws(TrailError) -> Int64 {
        try self.transaction { state, connection throws(TrailError) in try state.insert(entry, connection) }
    }

    /// Runs `body` in one transaction: what it writes is durable on return, or gone if it throws.
    ///
    /// The commit point is SQLite's fsync of the WAL within COMMIT. A crash before it loses the transaction, a crash
    /// after it keeps it, whatever this code still does.
    ///
    /// When COMMIT itself fails, or the files turn out to have been taken away meanwhile, the transaction may be there
    /// or not. It is reported as failed; the next call finds out where the trail ends, and an append that is repeated
    /// finds its entries by their identity.
    mutating func transaction<Result>(
        _ body: (inout WriterState, WritingConnection) throws(TrailError) -> Result
    ) throws(TrailError) -> Result {
        let connection = try self.usableConnection()
        let before = self
        do throws(TrailError) {
            try connection.run("BEGIN IMMEDIATE", whenTryingTo: "begin to append to")
            let result = try body(&self, connection)
            try connection.run("COMMIT", whenTryingTo: "append to")
            try self.requireInPlace()
            self.examineLog(connection)
            return result
        } catch {
            self = before
            self.rollBack(connection)
            throw error
        }
    }

    /// Brings the connection back to a state in which the next append can begin, or has it opened again.
    private mutating func rollBack(_ connection: WritingConnection) {
        if connection.isInTransaction { try? connection.run("ROLLBACK", whenTryingTo: "roll back") }
        let end = try? TrailEnd(connection)
        if connection.isInTransaction || end != self.end { self.isEndKnown = false }
    }

    /// After a commit: the WAL may have become too long, and copying it may have failed.
    ///
    /// What was committed is durable in the WAL, so it counts. But before anything is added the WAL must be copied.
    private mutating func examineLog(_ connection: WritingConnection) {
        self.warnOfLongLog(connection)
        guard let error = connection.takeCheckpointError() else { return }
        self.logger.warning("The audit trail's WAL cannot be copied", metadata: ["error": "\(error)"])
    }

    /// Adds an entry, its leaf and what is complete with it.
    ///
    /// - Returns: The entry's number.
    private mutating func insert(
        _ content: EntryRow.Content,
        source: LeafSource?,
        _ connection: WritingConnection
    ) throws(TrailError) -> Int64 {
        let index = self.nextIndex
        let row = EntryRow(index: index, content)
        do throws(LeafDefect) {
            try self.encoder.encode(row, source: source)
        } catch {
            throw TrailError(.invalid, "The entry's \(error.column) cannot be written.")
        }
        let hash = self.encoder.hash
        let insert = try connection.statement(EntryColumn.insert)
        insert.bind(row, leafHash: hash)
        try Self.step(insert, connection)
        try self.end.append(hash) { node, hash throws(TrailError) in
            guard node.isStored else { return }
            let insert = try connection.statement(TrailSchema.insertNode)
            insert.bind(node, hash)
            try Self.step(insert, connection)
        }
        try self.addToTimeRange(index: index, recordedAt: row.recordedAt, connection)
        return index
    }

    private mutating func addToTimeRange(
        index: Int64,
        recordedAt: Timestamp,
        _ connection: WritingConnection
    ) throws(TrailError) {
        guard self.timeRange.add(index: index, recordedAt: recordedAt) else { return }
        let row = try connection.statement(
            "INSERT INTO time_ranges (first_index, last_index, earliest, latest) VALUES (?, ?, ?, ?)"
        )
        row.bind(self.timeRange.firstIndex, at: 1)
        row.bind(index, at: 2)
        row.bind(self.timeRange.earliest, at: 3)
        row.bind(self.timeRange.latest, at: 4)
        try Self.step(row, connection)
        self.timeRange = TimeRange(firstIndex: index + 1)
    }

    /// Adds a service entry, unless it is the repetition of one that had failed and is there nevertheless.
    private mutating func insert(_ entry: ServiceEntry, _ connection: WritingConnection) throws(TrailError) -> Int64 {
        if let index = self.survivors.removeValue(forKey: entry) { return index }
        return try self.insert(.service(entry), source: nil, connection)
    }

    /// Marks entries as delivered, unless exactly this mark is there already.
    private mutating func insert(_ delivery: EntryDelivery, _ connection: WritingConnection) throws(TrailError) {
        let isSealed = (0..<(try connection.base.firstIndex)).contains(delivery.indices.lowerBound)
        let isThere = isSealed ? try self.segments.has(delivery) : try connection.hasMark(delivery)
        if !isThere {
            let values = [delivery.indices.lowerBound, delivery.indices.upperBound, delivery.at.millisecondsSince1970]
            let index = try self.insert(.delivery(delivery, instanceID: self.instanceID), source: nil, connection)
            let row = try connection.statement(
                "INSERT INTO deliveries (first_index, last_index, marked_at, state, entry_index) VALUES (?, ?, ?, ?, ?)"
            )
            for (place, value) in values.enumerated() { row.bind(value, at: Int32(place) + 1) }
            row.bind(delivery.state.rawValue, at: 4)
            row.bind(index, at: 5)
            try Self.step(row, connection)
        }
        self.undelivered?.remove(delivery.indices)
    }

    /// The source's row, made if there is none.
    private mutating func makeSource(
        _ source: Source,
        _ connection: WritingConnection
    ) throws(TrailError) -> SourceRow {
        if let row = try self.source(source, connection) { return row }
        let id = try connection.integer("SELECT ifnull(max(id), 0) + 1 FROM sources") ?? 1
        let row = try connection.statement(
            "INSERT INTO sources (id, cluster_id, topic, partition) VALUES (?, ?, ?, ?)"
        )
        row.bind(id, at: 1)
        row.bind(source.clusterID, at: 2)
        row.bind(source.partition.topic, at: 3)
        row.bind(Int64(source.partition.partition), at: 4)
        try Self.step(row, connection)
        return self.remember(source, id: id)
    }

    static func step(_ statement: StatementHandle, _ connection: WritingConnection) throws(TrailError) {
        defer { statement.reset() }
        do throws(StepFailure) {
            _ = try statement.step()
        } catch {
            throw connection.error(error, whenTryingTo: "append to")
        }
    }
}
