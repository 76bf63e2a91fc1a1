import GRDB

extension Database {
    /// The rows of a query with integer parameters, each turned into a value while it is current.
    ///
    /// GRDB's rows stop the program when a column holds something else than was asked for; in a damaged file it may.
    func rows<Value>(
        _ sql: String,
        binding parameters: [Int64] = [],
        _ value: (StatementHandle) throws -> Value
    ) throws -> [Value] {
        let statement = try self.makeStatement(sql: sql)
        let row = StatementHandle(pointer: statement.sqliteStatement)
        defer { row.reset() }
        for (place, parameter) in zip(CInt(1)..., parameters) { row.bind(parameter, at: place) }
        var values: [Value] = []
        while try row.step() { values.append(try value(row)) }
        return values
    }
}
