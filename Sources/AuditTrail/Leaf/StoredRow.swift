import CSQLite

/// The current row of a statement that begins with ``EntryColumn/allCases``.
///
/// Nothing is converted: a number where a text belongs, or a text that became a blob, is a defect.
struct StoredRow: LeafRow {
    private let pointer: OpaquePointer

    init(_ statement: StatementHandle) {
        self.pointer = statement.pointer
    }

    func integer(_ column: EntryColumn) throws(LeafDefect) -> Int64? {
        switch sqlite3_column_type(self.pointer, column.rawValue) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return sqlite3_column_int64(self.pointer, column.rawValue)
        default: throw LeafDefect(column: column)
        }
    }

    func withText(
        _ column: EntryColumn,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(LeafDefect) -> Bool {
        switch sqlite3_column_type(self.pointer, column.rawValue) {
        case SQLITE_NULL: return false
        case SQLITE_TEXT:
            let address = sqlite3_column_text(self.pointer, column.rawValue)
            body(UnsafeBufferPointer(start: address, count: Int(sqlite3_column_bytes(self.pointer, column.rawValue))))
            return true
        default: throw LeafDefect(column: column)
        }
    }

    func withBlob(
        _ column: EntryColumn,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(LeafDefect) -> Bool {
        switch sqlite3_column_type(self.pointer, column.rawValue) {
        case SQLITE_NULL: return false
        case SQLITE_BLOB:
            let address = sqlite3_column_blob(self.pointer, column.rawValue)
            let count = Int(sqlite3_column_bytes(self.pointer, column.rawValue))
            body(
                UnsafeBufferPointer(
                    start: address?.assumingMemoryBound(to: UInt8.self),
                    count: address == nil ? 0 : count
                )
            )
            return true
        default: throw LeafDefect(column: column)
        }
    }
}
