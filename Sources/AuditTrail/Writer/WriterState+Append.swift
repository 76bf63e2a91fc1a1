import LoginContracts

extension WriterState {
    mutating func append(
        _ entries: [ValidationEntry],
        deliveries: [EntryDelivery],
        services: [ServiceEntry]
    ) throws(TrailError) -> Range<Int64> {
        guard entries.count <= TrailWriter.maximumBatch, deliveries.count <= TrailWriter.maximumBatch else {
            throw TrailError(.invalid, "More than \(TrailWriter.maximumBatch) entries or deliveries in one append.")
        }
        let first = self.nextIndex
        if entries.isEmpty, deliveries.isEmpty, services.isEmpty { return first..<first }
        return try self.transaction { state, connection throws(TrailError) in
            let first = state.nextIndex
            let insert = try connection.statement(EntryColumn.insert)
            for entry in entries {
                let source = Source(clusterID: entry.identity.clusterID, partition: entry.identity.partition)
                let sourceID = try state.makeSourceID(source, connection)
                try insert.bind(entry, index: state.nextIndex, sourceID: sourceID)
                try state.insertEntry(insert, recordedAt: entry.recordedAt, connection)
            }
            let numbered = first..<state.nextIndex
            state.undelivered?.append(numbered)
            for delivery in deliveries { try state.insert(delivery, connection) }
            for service in services {
                try insert.bind(service, index: state.nextIndex)
                try state.insertEntry(insert, recordedAt: service.recordedAt, connection)
            }
            return numbered
        }
    }

    mutating func append(_ entry: ServiceEntry) throws(TrailError) -> Int64 {
        try self.append([], deliveries: [], services: [entry]).upperBound
    }

    /// Runs `body` in one transaction: what it writes is durable on return, or gone if it throws.
    ///
    /// The commit point is SQLite's fsync of the WAL within COMMIT. A crash before it loses the transaction, a crash
    /// after it keeps it, whatever this code still does.
    private mutating func transaction<Result>(
        _ body: (inout WriterState, WritingConnection) throws(TrailError) -> Result
    ) throws(TrailError) -> Result {
        let connection = try self.usableConnection()
        let before = self
        do throws(TrailError) {
            try connection.run("BEGIN IMMEDIATE", whenTryingTo: "begin to append to")
            let result = try body(&self, connection)
            try connection.run("COMMIT", whenTryingTo: "append to")
            return result
        } catch {
            self = before
            self.rollBack(connection)
            throw error
        }
    }

    /// Brings the connection back to a state in which the next append can begin, or gives it up.
    private mutating func rollBack(_ connection: WritingConnection) {
        if connection.isInTransaction { try? connection.run("ROLLBACK", whenTryingTo: "roll back") }
        let end = try? connection.integer("SELECT ifnull(max(\"index\"), -1) + 1 FROM entries")
        guard !connection.isInTransaction, end == self.nextIndex else {
            connection.close()
            self.connection = nil
            return
        }
    }

    /// Steps a bound insert of the entry `nextIndex`, and counts it.
    private mutating func insertEntry(
        _ insert: StatementHandle,
        recordedAt: Timestamp,
        _ connection: WritingConnection
    ) throws(TrailError) {
        try Self.step(insert, connection)
        let index = self.nextIndex
        self.nextIndex += 1
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

    private mutating func insert(_ delivery: EntryDelivery, _ connection: WritingConnection) throws(TrailError) {
        let row = try connection.statement(
            "INSERT INTO deliveries (first_index, last_index, state, marked_at) VALUES (?, ?, ?, ?)"
        )
        row.bind(delivery.indices.lowerBound, at: 1)
        row.bind(delivery.indices.upperBound, at: 2)
        row.bind(delivery.state.rawValue, at: 3)
        row.bind(delivery.at.millisecondsSince1970, at: 4)
        try Self.step(row, connection)
        self.undelivered?.remove(delivery.indices)
    }

    /// The id of the source's row, made if there is none.
    private mutating func makeSourceID(
        _ source: Source,
        _ connection: WritingConnection
    ) throws(TrailError) -> Int64 {
        if let id = try self.sourceID(source, connection) { return id }
        let id = try connection.integer("SELECT ifnull(max(id), 0) + 1 FROM sources") ?? 1
        let row = try connection.statement(
            "INSERT INTO sources (id, cluster_id, topic, partition) VALUES (?, ?, ?, ?)"
        )
        row.bind(id, at: 1)
        row.bind(source.clusterID, at: 2)
        row.bind(source.partition.topic, at: 3)
        row.bind(Int64(source.partition.partition), at: 4)
        try Self.step(row, connection)
        self.sources[source] = id
        return id
    }

    private static func step(_ statement: StatementHandle, _ connection: WritingConnection) throws(TrailError) {
        defer { statement.reset() }
        do throws(StepFailure) {
            _ = try statement.step()
        } catch {
            throw connection.error(error, whenTryingTo: "append to")
        }
    }
}
