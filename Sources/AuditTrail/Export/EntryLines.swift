import GRDB
import LoginContracts

extension TrailReader {
    /// How many entries ``forEachLine(_:_:)`` reads in one transaction.
    static let linesPerStep = 5000

    /// Hands over the entries that meet the query as lines of JSON, oldest first: the members of the leaf, and for a
    /// decision what became of it. See <doc:TrailFormat>, "Files".
    ///
    /// ``TrailQuery/limit`` and ``TrailQuery/maximumScan`` do not apply. Entries appended after the call began are left
    /// out. The rows are written as they stand, also when they were changed: it is for a verifier to say so.
    ///
    /// - Parameter body: gets whole lines, many at a time, between transactions. What it throws is rethrown.
    /// - Returns: How many entries there were.
    @discardableResult
    package func forEachLine(_ query: TrailQuery, _ body: (_ lines: [UInt8], _ count: Int) throws -> Void) throws
        -> Int64
    {
        var query = query
        query.limit = TrailQuery.limits.upperBound
        query.maximumScan = nil
        try query.validate()
        var bounds = try self.read { try self.bounds(of: query, $0) }
        var writer = EntryLineWriter(path: self.path)
        var total: Int64 = 0
        while bounds.lowest <= bounds.highest {
            writer.removeAll()
            try self.read { database in
                try self.scan(EntryColumn.selection, query, bounds, .ascending, maximum: Self.linesPerStep, database) {
                    row in
                    bounds.lowest = try writer.write(row) + 1
                }
            }
            if writer.count > 0 { try body(writer.lines, writer.count) }
            total += Int64(writer.count)
            guard writer.count == Self.linesPerStep else { break }
        }
        return total
    }
}

/// Writes rows of ``EntryColumn/selection`` as lines of JSON into one buffer.
private struct EntryLineWriter {
    let path: String
    private(set) var lines: [UInt8] = []
    private(set) var count = 0
    private var encoder = LeafEncoder()
    private var sources: [Int64: LeafSource] = [:]

    init(path: String) {
        self.path = path
    }

    mutating func removeAll() {
        self.lines.removeAll(keepingCapacity: true)
        self.count = 0
    }

    /// - Returns: The entry's number.
    mutating func write(_ row: StatementHandle) throws -> Int64 {
        let index = row.integer(EntryColumn.index.rawValue) ?? 0
        let source = row.integer(EntryColumn.sourceID.rawValue).flatMap { self.source($0, row) }
        do throws(LeafDefect) {
            try self.encoder.encode(StoredRow(row), source: source)
        } catch {
            throw TrailError(error, ofEntry: index, path: self.path)
        }
        self.lines.append(contentsOf: self.encoder.document.dropLast())
        if source != nil { self.writeDelivery(row) }
        self.lines.append(contentsOf: [0x7D, 0x0A])
        self.count += 1
        return index
    }

    private mutating func source(_ id: Int64, _ row: StatementHandle) -> LeafSource? {
        if let source = self.sources[id] { return source }
        let source = row.leafSource
        self.sources[id] = source
        return source
    }

    private mutating func writeDelivery(_ row: StatementHandle) {
        guard let state = row.text(EntryColumn.Joined.deliveryState.column),
            let at = row.integer(EntryColumn.Joined.deliveryAt.column)
        else {
            self.lines.append(contentsOf: Self.inDoubt)
            return
        }
        var json = CanonicalJSON(capacity: 96)
        json.append(raw: #","delivery":"#.utf8)
        json.append(text: state)
        json.append(raw: #","deliveredAt":"#.utf8)
        json.append(time: Timestamp(at))
        self.lines.append(contentsOf: json.bytes)
    }

    private static let inDoubt = Array(#","delivery":"\#(EntryDelivery.inDoubt)""#.utf8)
}
