import CSQLite

/// The current row of a statement that begins with ``EntryColumn/allCases``.
///
/// Nothing is converted: a number where a text belongs, or a text that became a blob, is a defect.
struct StoredRow: LeafRow {
    private let pointer: OpaquePointer

    init(_ statement: StatementHandle) {
        self.pointer = statement.pointer
    }

    /// The value of a column, for as long as the row is current.
    ///
    /// One call finds it, where `sqlite3_column_type`, `_text` and `_bytes` would each find it anew. Such a value is
    /// "unprotected", which only matters to another thread on the same connection, and each is used by one at a time.
    @inline(__always)
    private func value(_ column: EntryColumn) -> OpaquePointer? { sqlite3_column_value(self.pointer, column.rawValue) }

    @inline(__always)
    func integer(_ column: EntryColumn) throws(LeafDefect) -> Int64? {
        let value = self.value(column)
        switch sqlite3_value_type(value) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return sqlite3_value_int64(value)
        default: throw LeafDefect(column: column)
        }
    }

    @inline(__always)
    func withText<Result>(
        _ column: EntryColumn,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) throws(LeafDefect) -> Result? {
        let value = self.value(column)
        switch sqlite3_value_type(value) {
        case SQLITE_NULL: return nil
        case SQLITE_TEXT:
            let address = sqlite3_value_text(value)
            return body(UnsafeBufferPointer(start: address, count: Int(sqlite3_value_bytes(value))))
        default: throw LeafDefect(column: column)
        }
    }

    @inline(__always)
    func withBlob<Result>(
        _ column: EntryColumn,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) throws(LeafDefect) -> Result? {
        let value = self.value(column)
        switch sqlite3_value_type(value) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB:
            let address = sqlite3_value_blob(value)
            let count = Int(sqlite3_value_bytes(value))
            return body(
                UnsafeBufferPointer(
                    start: address?.assumingMemoryBound(to: UInt8.self),
                    count: address == nil ? 0 : count
                )
            )
        default: throw LeafDefect(column: column)
        }
    }
}
