import GRDB
import LoginContracts

/// How a trail is searched for what meets a query.
package struct QueryExplanation: Hashable, Sendable {
    /// The statement.
    package var sql: String
    /// Its parameters in their order, as SQL writes them.
    package var parameters: [String]
    /// SQLite's plan, a step each (<https://www.sqlite.org/eqp.html>).
    package var plan: [String]
    /// No entry outside of these numbers is looked at; `nil` when none can meet the query.
    package var indices: ClosedRange<Int64>?
    /// How often the statement runs: once, or for each block of the index over players until the page is full.
    package var runs: Int64
    /// How many files of the trail may have entries that meet the query; all but the newest are asked in the same way.
    package var files: Int
}

extension TrailReader {
    /// Says how ``entries(_:)`` would look for its page in the newest file that may have it, without looking at any entry.
    package func explanation(_ query: TrailQuery) throws(TrailError) -> QueryExplanation {
        try query.validate()
        let whole = try self.bounds(of: query)
        let (chain, live) = try self.chain()
        let files = (chain.files.map(\.indices) + [live.indices]).filter { indices in
            whole.lowest < indices.upperBound && indices.lowerBound <= whole.highest
        }
        return try self.read(at: whole.highest) { part, database in
            var bounds = try self.bounds(of: query, within: whole, of: part, database)
            _ = bounds.keepNewest(query.maximumScan)
            let search = Search(EntryColumn.selection, query, bounds, .descending, maximum: query.limit + 1)
            let plan = try database.rows("EXPLAIN QUERY PLAN \(search.sql)") { $0.text(3) ?? "" }
            let isEmpty = bounds.lowest > bounds.highest
            var runs: Int64 = isEmpty ? 0 : 1
            if search.blockParameter != nil, !isEmpty {
                runs =
                    bounds.highest >> TrailSchema.playerBlockShift - bounds.lowest >> TrailSchema.playerBlockShift + 1
            }
            return QueryExplanation(
                sql: search.sql,
                parameters: search.conditions.parameters.map(\.sql),
                plan: plan,
                indices: isEmpty ? nil : bounds.lowest...bounds.highest,
                runs: runs,
                files: files.count
            )
        }
    }
}

extension QueryConditions.Parameter {
    /// The value as a literal of SQL.
    fileprivate var sql: String {
        switch self {
        case .integer(let value): "\(value)"
        case .text(let text): "'\(text.replacing("'", with: "''"))'"
        case .bytes(let bytes): "x'\(bytes.hexadecimal)'"
        }
    }
}
