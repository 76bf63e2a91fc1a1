import GRDB

/// Tells what became of entries that are asked about in ascending order: each run of entries with the same answer is
/// looked up once, and not each entry.
struct DeliveryCursor {
    /// What is known of the entries up to its end: their delivery, `nil` when that is in doubt.
    private var run: (end: Int64, delivery: (state: EntryDelivery.State, at: Int64)?)

    init() {
        self.run = (-1, nil)
    }

    /// What became of an entry, and when that was known in milliseconds since 1970; `nil` while it is in doubt.
    ///
    /// - Parameters:
    ///   - index: not below the one that was asked about before.
    ///   - database: a snapshot that has the entry.
    mutating func delivery(of index: Int64, _ database: Database) throws -> (state: EntryDelivery.State, at: Int64)? {
        if index > self.run.end { self.run = try Self.run(from: index, database) }
        return self.run.delivery
    }

    private static func run(
        from index: Int64,
        _ database: Database
    ) throws -> (end: Int64, delivery: (state: EntryDelivery.State, at: Int64)?) {
        let before = try Self.first(
            "SELECT last_index, state, marked_at FROM deliveries WHERE first_index <= ? ORDER BY first_index DESC LIMIT 1",
            index,
            database
        ) { (last: $0.integer(0) ?? -1, state: $0.text(1), at: $0.integer(2) ?? 0) }
        if let before, before.last >= index {
            return (before.last, before.state.flatMap(EntryDelivery.State.init(rawValue:)).map { ($0, before.at) })
        }
        // In doubt up to the next delivery; without one a later snapshot may have more.
        let next = try Self.first(
            "SELECT first_index FROM deliveries WHERE first_index > ? ORDER BY first_index LIMIT 1",
            index,
            database
        ) { $0.integer(0) ?? index + 1 }
        return (next.map { $0 - 1 } ?? index, nil)
    }

    private static func first<Value>(
        _ sql: String,
        _ index: Int64,
        _ database: Database,
        _ value: (StatementHandle) -> Value
    ) throws -> Value? {
        let statement = try database.cachedStatement(sql: sql)
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(index, at: 1)
        return try row.step() ? value(row) : nil
    }
}
