import CSQLite
import Foundation
import GRDB
import LoginContracts

/// A digest of the rows that an index delivers, in whatever order.
///
/// SQLite's `integrity_check` looks up every row in every index, one page here and one there. Reading the table and the
/// index each in their own order and comparing digests costs a fraction. The digest is the sum of keyed hashes, with a key
/// that each process makes at random, so nobody can prepare rows that make up for others.
struct IndexDigest: Hashable {
    private var sum: UInt64 = 0
    private var count: Int64 = 0
    /// Rows that are not in the index's order, where a search would miss them.
    private var misplaced = 0

    private mutating func add(_ hasher: Hasher) {
        self.sum &+= UInt64(bitPattern: Int64(hasher.finalize()))
        self.count += 1
    }

    static func + (left: IndexDigest, right: IndexDigest) -> IndexDigest {
        var sum = left
        sum.sum &+= right.sum
        sum.count += right.count
        sum.misplaced += right.misplaced
        return sum
    }

    /// Adds the player of the current row of ``EntryColumn/allCases``, if it has one.
    mutating func add(_ row: StatementHandle, index: Int64) {
        row.withBytes(EntryColumn.playerId.rawValue) { bytes in
            guard let bytes else { return }
            self.add(Self.hash(player: bytes, index: index))
        }
    }

    /// Adds the record of the current row of ``EntryColumn/allCases``.
    mutating func add(_ row: StatementHandle, sourceID: Int64, index: Int64) {
        let offset = row.integer(EntryColumn.recordOffset.rawValue)
        row.withBytes(EntryColumn.recordDigest.rawValue) { digest in
            self.add(Self.hash(sourceID: sourceID, offset: offset, digest: digest, index: index))
        }
    }

    /// Adds a mark of delivery.
    mutating func add(delivery first: Int64?, entry: Int64?) {
        var hasher = Hasher()
        hasher.combine(first)
        hasher.combine(entry)
        self.add(hasher)
    }

    /// What the index over the entries of deliveries delivers.
    static func ofDeliveries(_ database: Database) throws -> IndexDigest {
        var digest = IndexDigest()
        var last: Int64?
        _ = try database.rows(
            "SELECT first_index, entry_index FROM deliveries INDEXED BY deliveries_by_entry ORDER BY entry_index"
        ) { row in
            let entry = row.integer(1)
            digest.add(delivery: row.integer(0), entry: entry)
            if let last, let entry, entry < last { digest.misplaced += 1 }
            last = entry
        }
        return digest
    }

    /// What the index over players delivers of a block.
    static func ofPlayers(_ database: Database, block: Int64, of indices: Range<Int64>) throws -> IndexDigest {
        let statement = try database.cachedStatement(
            sql: """
                SELECT "index", player_id FROM entries INDEXED BY entries_by_player
                WHERE "index" >> \(TrailSchema.playerBlockShift) = ? AND player_id IS NOT NULL
                ORDER BY player_id
                """
        )
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(block, at: 1)
        var digest = IndexDigest()
        var last: [UInt8] = []
        while try row.step() {
            guard let index = row.integer(0), indices.contains(index) else { continue }
            row.withBytes(1) { bytes in
                guard let bytes else { return }
                digest.add(Self.hash(player: bytes, index: index))
                if bytes.lexicographicallyPrecedes(last) { digest.misplaced += 1 }
                last.removeAll(keepingCapacity: true)
                last.append(contentsOf: bytes)
            }
        }
        return digest
    }

    /// What the index over records delivers of a source's records with these offsets.
    static func ofRecords(
        _ database: Database,
        sourceID: Int64,
        offsets: ClosedRange<Int64>,
        below end: Int64
    ) throws -> IndexDigest {
        let statement = try database.cachedStatement(
            sql: """
                SELECT "index", record_offset, record_digest FROM entries INDEXED BY entries_by_record
                WHERE source_id = ? AND record_offset BETWEEN ? AND ? ORDER BY record_offset
                """
        )
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        row.bind(sourceID, at: 1)
        row.bind(offsets.lowerBound, at: 2)
        row.bind(offsets.upperBound, at: 3)
        var digest = IndexDigest()
        var last = Int64.min
        while try row.step() {
            guard let index = row.integer(0), index < end else { continue }
            let offset = row.integer(1)
            row.withBytes(2) { bytes in
                digest.add(Self.hash(sourceID: sourceID, offset: offset, digest: bytes, index: index))
            }
            if let offset {
                if offset < last { digest.misplaced += 1 }
                last = offset
            }
        }
        return digest
    }

    private static func hash(player: UnsafeRawBufferPointer, index: Int64) -> Hasher {
        var hasher = Hasher()
        hasher.combine(index)
        hasher.combine(bytes: player)
        return hasher
    }

    private static func hash(
        sourceID: Int64,
        offset: Int64?,
        digest: UnsafeRawBufferPointer?,
        index: Int64
    ) -> Hasher {
        var hasher = Hasher()
        hasher.combine(index)
        hasher.combine(sourceID)
        hasher.combine(offset)
        if let digest { hasher.combine(bytes: digest) }
        return hasher
    }
}

extension Database {
    /// The first defect that SQLite finds (<https://www.sqlite.org/pragma.html#pragma_integrity_check>); `nil` when there is none.
    ///
    /// - Parameter argument: how many to look for in the whole file, or the quoted name of the one table to look at.
    func defect(in argument: String) throws -> String? {
        let found = try self.rows("PRAGMA integrity_check(\(argument))") { $0.text(0) ?? "" }
        return found == ["ok"] ? nil : found.first
    }
}

extension StatementHandle {
    /// Lends the bytes of a text or blob; `nil` for NULL.
    ///
    /// As ``StoredRow`` does, the column's value is looked up once.
    func withBytes(_ column: CInt, _ body: (UnsafeRawBufferPointer?) -> Void) {
        let value = sqlite3_column_value(self.pointer, column)
        guard sqlite3_value_type(value) != SQLITE_NULL else { return body(nil) }
        let address = sqlite3_value_blob(value)
        body(UnsafeRawBufferPointer(start: address, count: address == nil ? 0 : Int(sqlite3_value_bytes(value))))
    }

    /// A number that is stored as one; `nil` for everything else.
    func exactInteger(_ column: CInt) -> Int64? {
        let value = sqlite3_column_value(self.pointer, column)
        return sqlite3_value_type(value) == SQLITE_INTEGER ? sqlite3_value_int64(value) : nil
    }

    /// A text that is stored as one; `nil` for everything else.
    func exactText(_ column: CInt) -> String? {
        sqlite3_column_type(self.pointer, column) == SQLITE_TEXT ? self.text(column) : nil
    }

    private static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress else {
            return left.count == right.count
        }
        return memcmp(start, other, left.count) == 0
    }

    /// Whether the column holds just these bytes.
    func hash(_ column: CInt, equals hash: MerkleHash) -> Bool {
        guard sqlite3_column_type(self.pointer, column) == SQLITE_BLOB else { return false }
        var equal = false
        self.withBytes(column) { bytes in
            guard let bytes else { return }
            equal = hash.withUnsafeBytes { Self.areEqual($0, bytes) }
        }
        return equal
    }

    func isText(_ column: CInt, _ text: String) -> Bool {
        var equal = false
        self.withBytes(column) { bytes in
            guard let bytes else { return }
            var text = text
            equal = text.withUTF8 { Self.areEqual(UnsafeRawBufferPointer($0), bytes) }
        }
        return equal
    }
}
