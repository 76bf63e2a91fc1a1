import CSQLite

/// A prepared statement of SQLite, borrowed from whoever finalizes it: our writing connection, or GRDB.
///
/// Bound and read directly. GRDB passes texts as C strings, which end at the first NUL, and a session id may well hold
/// one; here every text has its length. Parameters count from 1 and columns from 0, as in SQLite.
struct StatementHandle {
    let pointer: OpaquePointer

    /// SQLite copies the bytes before the call returns (`SQLITE_TRANSIENT`, a macro that Swift cannot import).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    // MARK: Parameters

    func bind(_ value: Int64?, at parameter: CInt) {
        let result =
            if let value {
                sqlite3_bind_int64(self.pointer, parameter, value)
            } else {
                sqlite3_bind_null(self.pointer, parameter)
            }
        precondition(result == SQLITE_OK, "Parameter \(parameter) cannot be bound: \(result)")
    }

    func bind(_ value: Int?, at parameter: CInt) {
        self.bind(value.map(Int64.init), at: parameter)
    }

    /// A text of more than SQLite's limit (1 GB) becomes an error of the next step.
    func bind(_ text: String?, at parameter: CInt) {
        guard var text else {
            sqlite3_bind_null(self.pointer, parameter)
            return
        }
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty text needs an address too: NULL would be bound as NULL.
                guard let address = characters.baseAddress, !characters.isEmpty else {
                    return sqlite3_bind_text(self.pointer, parameter, "", 0, Self.copied)
                }
                return sqlite3_bind_text(self.pointer, parameter, address, CInt(clamping: bytes.count), Self.copied)
            }
        }
    }

    func bind(_ bytes: [UInt8]?, at parameter: CInt) {
        guard let bytes else {
            sqlite3_bind_null(self.pointer, parameter)
            return
        }
        guard !bytes.isEmpty else {
            sqlite3_bind_zeroblob(self.pointer, parameter, 0)
            return
        }
        _ = bytes.withUnsafeBytes {
            sqlite3_bind_blob(self.pointer, parameter, $0.baseAddress, CInt(clamping: $0.count), Self.copied)
        }
    }

    // MARK: Steps

    /// Moves to the next row: true when there is one, false at the end, otherwise the extended result code.
    func step() throws(StepFailure) -> Bool {
        switch sqlite3_step(self.pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            // The message belongs to the connection and is gone after its next call.
            let detail = sqlite3_errmsg(sqlite3_db_handle(self.pointer)).map { String(cString: $0) }
            throw StepFailure(resultCode: code, detail: detail ?? "no further detail")
        }
    }

    /// Ends the execution, so that the statement holds no lock and can run again. Parameters stay bound.
    func reset() {
        sqlite3_reset(self.pointer)
    }

    // MARK: Columns

    func integer(_ column: CInt) -> Int64? {
        let value = sqlite3_column_value(self.pointer, column)
        return sqlite3_value_type(value) == SQLITE_NULL ? nil : sqlite3_value_int64(value)
    }

    func text(_ column: CInt) -> String? {
        guard let address = sqlite3_column_text(self.pointer, column) else { return nil }
        let count = Int(sqlite3_column_bytes(self.pointer, column))
        // What we wrote is UTF-8; what another program wrote may not be, and is repaired rather than refused.
        return String(decoding: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
    }

    func blob(_ column: CInt) -> [UInt8]? {
        guard sqlite3_column_type(self.pointer, column) != SQLITE_NULL else { return nil }
        let address = sqlite3_column_blob(self.pointer, column)
        let count = Int(sqlite3_column_bytes(self.pointer, column))
        return Array(UnsafeRawBufferPointer(start: address, count: count))
    }
}

/// A step that failed, before anybody has said what it was for.
struct StepFailure: Error {
    /// SQLite's extended result code.
    var resultCode: CInt
    var detail: String
}
