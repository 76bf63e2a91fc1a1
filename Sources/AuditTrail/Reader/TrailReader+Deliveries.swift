import GRDB

extension TrailReader {
    /// The number of the entry that says what became of entry `index`; `nil` while that is in doubt.
    package func deliveryIndex(of index: Int64) throws(TrailError) -> Int64? {
        // A file is sealed only when it says what became of its decisions.
        try self.read(at: index) { _, database in
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT entry_index FROM deliveries
                    WHERE first_index = (SELECT max(first_index) FROM deliveries WHERE first_index <= ?)
                        AND last_index >= ?
                    """,
                arguments: [index, index]
            )
        }
    }
}
