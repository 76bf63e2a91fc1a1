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
        var writer = EntryLineWriter(path: self.path)
        var deliveries = DeliveryCursor()
        var total: Int64 = 0
        try self.walk(
            EntryLineWriter.selection,
            query,
            .ascending,
            step: Self.linesPerStep,
            between: {
                if writer.count > 0 { try body(writer.lines, writer.count) }
                total += Int64(writer.count)
                writer.removeAll()
            },
            row: { try writer.write($0, &deliveries, $1) }
        )
        return total
    }
}

/// Writes rows of ``selection`` as lines of JSON into one buffer.
private struct EntryLineWriter {
    let path: String
    private(set) var lines: [UInt8] = []
    private(set) var count = 0
    private let encoder = LeafEncoder()
    private let json = CanonicalJSON(capacity: 96)
    private var sources: [Int64: LeafSource] = [:]

    /// Sources and deliveries are looked up by themselves, because many entries have the same.
    static let selection =
        "SELECT \(EntryColumn.allCases.map { "e.\($0.name)" }.joined(separator: ", ")) FROM entries AS e"

    init(path: String) {
        self.path = path
    }

    mutating func removeAll() {
        self.lines.removeAll(keepingCapacity: true)
        self.count = 0
    }

    /// - Returns: The entry's number.
    mutating func write(
        _ row: StatementHandle,
        _ deliveries: inout DeliveryCursor,
        _ database: Database
    ) throws -> Int64 {
        let index = row.integer(EntryColumn.index.rawValue) ?? 0
        let source = try row.integer(EntryColumn.sourceID.rawValue).flatMap { try self.source($0, database) }
        do throws(LeafDefect) {
            try self.encoder.encode(StoredRow(row), source: source)
        } catch {
            throw TrailError(error, ofEntry: index, path: self.path)
        }
        self.encoder.withDocument { self.lines.append(contentsOf: $0.dropLast()) }
        if source != nil { self.writeDelivery(try deliveries.delivery(of: index, database)) }
        self.lines.append(contentsOf: [0x7D, 0x0A])
        self.count += 1
        return index
    }

    /// A source has the same number in all files of a trail.
    private mutating func source(_ id: Int64, _ database: Database) throws -> LeafSource? {
        if let source = self.sources[id] { return source }
        let rows = try database.rows("SELECT cluster_id, topic, partition FROM sources WHERE id = ?", binding: [id]) {
            ($0.text(0), $0.text(1), $0.integer(2))
        }
        guard let (clusterID, topic, partition) = rows.first, let clusterID, let topic, let partition else {
            return nil
        }
        let source = LeafSource(clusterID: clusterID, topic: topic, partition: partition)
        self.sources[id] = source
        return source
    }

    private mutating func writeDelivery(_ delivery: (state: EntryDelivery.State, at: Int64)?) {
        guard let delivery else {
            self.lines.append(contentsOf: Self.inDoubt)
            return
        }
        self.json.removeAll()
        self.json.append(raw: #","delivery":"#)
        self.json.append(text: delivery.state.rawValue)
        self.json.append(raw: #","deliveredAt":"#)
        self.json.append(time: Timestamp(delivery.at))
        self.json.withBytes { self.lines.append(contentsOf: $0) }
    }

    private static let inDoubt = Array(#","delivery":"\#(EntryDelivery.inDoubt)""#.utf8)
}
