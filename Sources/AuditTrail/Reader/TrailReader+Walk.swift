import GRDB

extension TrailReader {
    /// Steps through all entries that meet the query, file by file, at most `step` of them in one transaction.
    ///
    /// When a segment is removed meanwhile, a walk down ends before it, and a walk up that is not past it fails: it would
    /// have a hole.
    ///
    /// - Parameters:
    ///   - selection: A SELECT up to its conditions, of entries `e`.
    ///   - between: Called after each transaction, so that it may take its time without making the WAL grow.
    ///   - row: Called for each while it is the current one, with its file; returns the entry's number.
    func walk(
        _ selection: String,
        _ query: TrailQuery,
        _ direction: Direction,
        step: Int,
        between: () throws -> Void = {},
        row: (StatementHandle, Database) throws -> Int64
    ) throws {
        let query = try self.withSealedNames(query)
        var whole = try self.bounds(of: query)
        // What is left of the current file; its bounds are worked out once.
        var rest: Bounds?
        while whole.lowest <= whole.highest {
            let isThere = try self.isThere(at: direction == .ascending ? whole.lowest : whole.highest, direction) {
                part,
                database in
                var bounds = try rest ?? self.bounds(of: query, within: whole, of: part, database)
                var count = 0
                var last: Int64 = 0
                try self.scan(selection, query, bounds, direction, maximum: step, database) { statement in
                    count += 1
                    last = try row(statement, database)
                }
                let isOver = count < step
                switch direction {
                case .ascending:
                    bounds.lowest = last + 1
                    whole.lowest = isOver ? part.indices.upperBound : bounds.lowest
                case .descending:
                    bounds.highest = last - 1
                    whole.highest = isOver ? part.indices.lowerBound - 1 : bounds.highest
                }
                rest = isOver ? nil : bounds
            }
            guard isThere else { return }
            try between()
        }
    }

    /// Hands over one file after the other with the bounds of what it has for the query, the newest first.
    ///
    /// - Parameter body: gets the query with what a scan needs to find sealed entries; returns false when it has enough.
    /// - Returns: Where a look goes on that ``TrailQuery/maximumScan`` has ended; `nil` otherwise.
    func descend(
        _ query: TrailQuery,
        _ body: (TrailQuery, Bounds, Database) throws -> Bool
    ) throws(TrailError) -> Int64? {
        let query = try self.withSealedNames(query)
        var whole = try self.bounds(of: query)
        var remaining = query.maximumScan
        while whole.lowest <= whole.highest {
            var (isEnough, unseen) = (false, Int64?.none)
            let isThere = try self.isThere(at: whole.highest, .descending) { part, database in
                var bounds = try self.bounds(of: query, within: whole, of: part, database)
                unseen = bounds.keepNewest(remaining)
                whole.highest = part.indices.lowerBound - 1
                remaining = remaining.map { $0 - max(0, bounds.highest - bounds.lowest + 1) }
                isEnough = !(try body(query, bounds, database))
            }
            if !isThere || isEnough || unseen != nil { return unseen }
            if remaining == 0, whole.lowest <= whole.highest { return whole.highest + 1 }
        }
        return nil
    }

    /// Reads the file of an entry, unless a walk down has come to what was removed since it began.
    private func isThere(
        at index: Int64,
        _ direction: Direction,
        _ body: (TrailPart, Database) throws -> Void
    ) throws(TrailError) -> Bool {
        do throws(TrailError) {
            try self.read(at: index, body)
            return true
        } catch {
            guard error.code == .removed, direction == .descending else { throw error }
            return false
        }
    }
}
