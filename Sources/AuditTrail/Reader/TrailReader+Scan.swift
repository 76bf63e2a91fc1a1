import GRDB
import LoginContracts

extension TrailReader {
    /// The entries between two numbers, both included; empty when the first is above the second.
    struct Bounds: Hashable {
        var lowest: Int64
        var highest: Int64

        static let none = Bounds(lowest: 0, highest: -1)
    }

    /// Which way a scan goes, by the entries' numbers.
    enum Direction: String {
        case ascending = "ASC"
        case descending = "DESC"
    }

    /// The range of numbers that the query allows, in a trail that ends now: so a scan ends while the trail grows. Entries
    /// that were removed are not in it.
    func bounds(of query: TrailQuery) throws(TrailError) -> Bounds {
        let first = try self.chain().chain.firstIndex
        var bounds = Bounds(lowest: first, highest: try self.latestIndex() ?? -1)
        if let before = query.before, before == .max { return .none }
        if let before = query.before { bounds.lowest = max(first, before + 1) }
        if let after = query.after { bounds.highest = min(bounds.highest, max(after, 0) - 1) }
        return bounds
    }

    /// The range of numbers outside which no entry of a file can meet the query.
    ///
    /// - Parameter whole: of the entries of all files.
    func bounds(of query: TrailQuery, within whole: Bounds, of part: TrailPart, _ database: Database) throws -> Bounds {
        var bounds = whole
        bounds.lowest = max(bounds.lowest, part.indices.lowerBound)
        bounds.highest = min(bounds.highest, try Self.latestIndex(database) ?? -1)
        guard query.from != nil || query.to != nil else { return bounds }
        // Entries behind the last run are summed up by none, and so always looked at.
        let summarized =
            try Int64.fetchOne(database, sql: "SELECT max(last_index) FROM time_ranges") ?? part.indices.lowerBound - 1
        if let from = query.from {
            let first = try Int64.fetchOne(
                database,
                sql: "SELECT min(first_index) FROM time_ranges WHERE latest >= ?",
                arguments: [from.millisecondsSince1970]
            )
            bounds.lowest = max(bounds.lowest, first ?? (summarized + 1))
        }
        if let to = query.to {
            let tail = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM entries WHERE \"index\" > ? AND recorded_at < ?)",
                arguments: [summarized, to.millisecondsSince1970]
            )
            if tail != true {
                let last = try Int64.fetchOne(
                    database,
                    sql: "SELECT max(last_index) FROM time_ranges WHERE earliest < ?",
                    arguments: [to.millisecondsSince1970]
                )
                bounds.highest = min(bounds.highest, last ?? -1)
            }
        }
        return bounds
    }

    /// Steps through the entries that meet the query, within `bounds`.
    ///
    /// - Parameters:
    ///   - selection: A SELECT up to its conditions, of entries `e`.
    ///   - maximum: The most rows to step through.
    ///   - row: Called for each while it is the current one.
    func scan(
        _ selection: String,
        _ query: TrailQuery,
        _ bounds: Bounds,
        _ direction: Direction,
        maximum: Int,
        _ database: Database,
        _ row: (StatementHandle) throws -> Void
    ) throws {
        guard bounds.lowest <= bounds.highest else { return }
        let search = Search(selection, query, bounds, direction, maximum: maximum)
        let statement = try database.makeStatement(sql: search.sql)
        let handle = StatementHandle(pointer: statement.sqliteStatement)
        defer { handle.reset() }
        search.conditions.bind(to: handle)
        guard let blockParameter = search.blockParameter else {
            while try handle.step() { try row(handle) }
            return
        }
        let blocks = (bounds.lowest >> TrailSchema.playerBlockShift)...(bounds.highest >> TrailSchema.playerBlockShift)
        var count = 0
        for place in 0..<Int64(blocks.count) where count < maximum {
            handle.reset()
            let block = direction == .ascending ? blocks.lowerBound + place : blocks.upperBound - place
            handle.bind(block, at: blockParameter)
            while count < maximum, try handle.step() {
                count += 1
                try row(handle)
            }
        }
    }

    /// A query as one statement, which for a player runs once for each block of the index.
    struct Search {
        let sql: String
        let conditions: QueryConditions
        /// The parameter that takes the block's number; `nil` when the statement runs once.
        let blockParameter: CInt?

        init(_ selection: String, _ query: TrailQuery, _ bounds: Bounds, _ direction: Direction, maximum: Int) {
            var conditions = query.conditions
            conditions.add("e.\"index\" BETWEEN ? AND ?", .integer(bounds.lowest), .integer(bounds.highest))
            if query.playerId != nil {
                conditions.add("e.\"index\" >> \(TrailSchema.playerBlockShift) = ?", .integer(0))
                self.blockParameter = CInt(conditions.parameters.count)
            } else {
                self.blockParameter = nil
            }
            self.conditions = conditions
            self.sql =
                "\(selection) \(conditions.sql) ORDER BY e.\"index\" \(direction.rawValue) LIMIT \(maximum)"
        }
    }

    /// How many entries the trail has up to the end of a file.
    static func count(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: TrailSchema.nextIndex) ?? 0
    }

    static func latestIndex(_ database: Database) throws -> Int64? {
        let count = try Self.count(database)
        return count > 0 ? count - 1 : nil
    }
}
