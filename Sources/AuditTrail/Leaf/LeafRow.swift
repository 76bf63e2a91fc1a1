/// The values of one row of `entries`, by column: of an entry that is about to be written, or of a row being read.
///
/// A leaf is made from these and from nothing else, and so says exactly what the columns hold.
protocol LeafRow {
    /// - Throws: ``LeafDefect`` when the column holds something else.
    func integer(_ column: EntryColumn) throws(LeafDefect) -> Int64?

    /// Lends the bytes of a text.
    ///
    /// - Returns: what `body` returns; `nil` when the column is NULL, and then `body` is not called.
    /// - Throws: ``LeafDefect`` when the column holds something else.
    func withText<Result>(
        _ column: EntryColumn,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) throws(LeafDefect) -> Result?

    /// As ``withText(_:_:)``, of a blob.
    func withBlob<Result>(
        _ column: EntryColumn,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) throws(LeafDefect) -> Result?
}

/// A column that holds a value of another type than this program ever writes there.
struct LeafDefect: Error, Hashable {
    var column: EntryColumn
}
