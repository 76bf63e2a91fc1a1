import LoginContracts

extension StatementHandle {
    /// Binds an entry to ``EntryColumn/insert``.
    func bind(_ row: EntryRow, leafHash: MerkleHash) {
        for column in EntryColumn.allCases {
            let parameter = column.rawValue + 1
            switch column.storage {
            case .integer: self.bind(row.value(ofInteger: column), at: parameter)
            case .text: self.bind(row.value(ofText: column), at: parameter)
            case .blob: self.bind(column == .leafHash ? leafHash.bytes : row.value(ofBlob: column), at: parameter)
            }
        }
    }

    /// The hash in a column, `nil` when there is none.
    func hash(_ column: Int32) -> MerkleHash? {
        self.blob(column).flatMap { MerkleHash($0) }
    }
}

extension ValidationEntry {
    /// The entry as it comes back from a trail, which keeps whole microseconds.
    var asStored: ValidationEntry {
        var entry = self
        entry.platformLatency = self.platformLatency.map { .microseconds($0.microseconds) }
        return entry
    }
}
