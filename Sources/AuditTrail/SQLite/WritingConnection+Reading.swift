extension WritingConnection {
    /// The rows of a query with integer parameters, each turned into a value while it is current.
    ///
    /// - Parameter sql: One of a fixed set, see ``statement(_:)``.
    func rows<Value>(
        _ sql: String,
        whenTryingTo action: String,
        binding parameters: [Int64?] = [],
        _ value: (StatementHandle) -> Value
    ) throws(TrailError) -> [Value] {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        for (place, parameter) in parameters.enumerated() { statement.bind(parameter, at: Int32(place) + 1) }
        var values: [Value] = []
        do throws(StepFailure) {
            while try statement.step() { values.append(value(statement)) }
        } catch {
            throw self.error(error, whenTryingTo: action)
        }
        return values
    }

    /// The first column of the first row, `nil` when it is NULL or there is none.
    func integer(_ sql: String, binding parameters: [Int64?] = []) throws(TrailError) -> Int64? {
        try self.rows(sql, whenTryingTo: "read", binding: parameters) { $0.integer(0) }.first ?? nil
    }
}
