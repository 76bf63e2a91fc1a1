import LoginContracts

/// Where a trail ends: enough to tell, when its file is opened again, whether it is still what was acknowledged.
struct TrailEnd: Hashable, Sendable {
    /// The number that the next entry gets.
    var nextIndex: Int64 = 0
    /// What the last entry looks like; `nil` while there is none.
    var last: Mark?

    /// What two entries under the same number hardly have in common by chance.
    struct Mark: Hashable, Sendable {
        /// Milliseconds since 1970.
        var recordedAt: Int64
        /// The digest of the record that was decided; `nil` for a service entry.
        var recordDigest: [UInt8]?
    }

    init() {}

    /// Reads the end of a trail.
    init(_ connection: WritingConnection) throws(TrailError) {
        self.nextIndex = try connection.integer("SELECT ifnull(max(\"index\"), -1) + 1 FROM entries") ?? 0
        self.last = try Self.mark(of: self.nextIndex - 1, connection)
    }

    mutating func append(recordedAt: Timestamp, recordDigest: [UInt8]?) {
        self.nextIndex += 1
        self.last = Mark(recordedAt: recordedAt.millisecondsSince1970, recordDigest: recordDigest)
    }

    /// Whether a trail that ends here goes on in the connection's: it may have more entries, and has none fewer.
    func isContinued(by connection: WritingConnection) throws(TrailError) -> Bool {
        try Self.mark(of: self.nextIndex - 1, connection) == self.last
    }

    /// Nil when there is no such entry.
    private static func mark(of index: Int64, _ connection: WritingConnection) throws(TrailError) -> Mark? {
        try connection.rows(
            "SELECT recorded_at, record_digest FROM entries WHERE \"index\" = ?",
            whenTryingTo: "read",
            binding: [index]
        ) { Mark(recordedAt: $0.integer(0) ?? 0, recordDigest: $0.blob(1)) }.first
    }
}
