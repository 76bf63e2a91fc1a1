import LoginContracts

/// The conditions of a query as SQL with parameters. No value ever becomes part of the text.
struct QueryConditions {
    /// Each true for the entries that are wanted; joined by AND.
    private(set) var clauses: [String] = []
    /// The parameters in the order of the clauses.
    private(set) var parameters: [Parameter] = []

    enum Parameter: Hashable {
        case integer(Int64)
        case text(String)
        case bytes([UInt8])
    }

    mutating func add(_ clause: String, _ parameters: Parameter...) {
        self.add(clause, parameters)
    }

    mutating func add(_ clause: String, _ parameters: [Parameter]) {
        self.clauses.append(clause)
        self.parameters += parameters
    }

    /// Adds that the column equals the text, unless there is none to compare with.
    mutating func add(_ column: String, equals text: String?) {
        if let text { self.add("\(column) = ?", .text(text)) }
    }

    /// Adds that the column is one of the values, unless there are none.
    mutating func add(_ column: String, isAmong values: [Parameter]) {
        guard !values.isEmpty else { return }
        self.add("\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))", values)
    }

    var sql: String {
        self.clauses.isEmpty ? "" : "WHERE " + self.clauses.joined(separator: " AND ")
    }

    func bind(to statement: StatementHandle) {
        for (place, parameter) in zip(CInt(1)..., self.parameters) {
            switch parameter {
            case .integer(let value): statement.bind(value, at: place)
            case .text(let text): statement.bind(text, at: place)
            case .bytes(let bytes): statement.bind(bytes, at: place)
            }
        }
    }
}

extension TrailQuery {
    /// Checks the documented bounds.
    func validate() throws(TrailError) {
        guard Self.limits.contains(self.limit) else {
            throw TrailError(.invalid, "A query's limit is \(Self.limits.lowerBound) to \(Self.limits.upperBound).")
        }
        guard self.statuses.count <= Self.maximumStatuses else {
            throw TrailError(.invalid, "A query names at most \(Self.maximumStatuses) statuses.")
        }
        guard self.maximumScan.map({ $0 > 0 }) ?? true else {
            throw TrailError(.invalid, "A query looks at 1 entry or more.")
        }
    }

    /// Everything but the bounds of the entries' numbers.
    var conditions: QueryConditions {
        var conditions = QueryConditions()
        conditions.add("e.player_id", isAmong: Self.forms(self.playerId, self.sealedNames?.player))
        conditions.add("e.kg_app_id", equals: self.kgAppId)
        conditions.add("e.session_id", isAmong: Self.forms(self.sessionId, self.sealedNames?.session))
        conditions.add("e.event_id", equals: self.eventID)
        conditions.add("e.decision", isAmong: self.decisions.map { .text($0.rawValue) })
        conditions.add("e.reason", isAmong: self.reasons.map { .text($0.rawValue) })
        conditions.add("e.http_status", isAmong: self.statuses.map { .integer(Int64($0)) })
        if let tokenFingerprint { conditions.add("e.token_fingerprint = ?", .bytes(tokenFingerprint)) }
        if let from { conditions.add("e.recorded_at >= ?", .integer(from.millisecondsSince1970)) }
        if let to { conditions.add("e.recorded_at < ?", .integer(to.millisecondsSince1970)) }
        self.addSource(to: &conditions)
        self.addKinds(to: &conditions)
        return conditions
    }

    /// A name as it is, and as it stands where it is sealed.
    private static func forms(_ plain: String?, _ sealed: String?) -> [QueryConditions.Parameter] {
        guard let plain else { return [] }
        return [plain, sealed].compactMap { $0.map { .text($0) } }
    }

    private func addKinds(to conditions: inout QueryConditions) {
        let named: [Kind: String] = [.validation: EntryColumn.validationKind, .delivery: EntryColumn.deliveryKind]
        if self.kinds.contains(.service) {
            for (kind, name) in named where !self.kinds.contains(kind) { conditions.add("e.kind <> '\(name)'") }
        } else {
            conditions.add("e.kind", isAmong: named.filter { self.kinds.contains($0.key) }.map { .text($0.value) })
            if self.kinds.isEmpty { conditions.add("0") }
        }
    }

    /// The index over records serves an offset. Without one it would only deliver a partition's entries in the wrong
    /// order, so the unary plus keeps SQLite from it.
    private func addSource(to conditions: inout QueryConditions) {
        var source = QueryConditions()
        source.add("cluster_id", equals: self.clusterID)
        source.add("topic", equals: self.topic)
        if let partition { source.add("partition = ?", .integer(Int64(partition))) }
        if let offset { conditions.add("e.record_offset = ?", .integer(offset)) }
        guard !source.clauses.isEmpty || self.offset != nil else { return }
        let column = self.offset == nil ? "+e.source_id" : "e.source_id"
        conditions.add("\(column) IN (SELECT id FROM sources \(source.sql))", source.parameters)
    }
}
