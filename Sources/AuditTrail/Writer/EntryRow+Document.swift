import LoginContracts

/// The columns `lockout` and `details`: canonical JSON, see <doc:TrailFormat>.
extension EntryRow {
    /// The lockout's members by name; those that were not in the answer are left out.
    static func document(_ lockout: Lockout) -> String {
        Self.object([
            ("certMethod", lockout.certMethod.map(Value.text)),
            ("id", lockout.id.map(Value.text)),
            ("idType", lockout.idType.map(Value.text)),
            ("kgAppId", lockout.kgAppId.map(Value.text)),
            ("lockoutCode", lockout.lockoutCode.map(Value.text)),
            ("lockoutSection", lockout.lockoutSection.map(Value.text)),
            ("memo", lockout.memo.map(Value.text)),
            ("message", lockout.message.map(Value.text)),
            ("notificationOption", lockout.notificationOption.map(Value.text)),
            ("reason", lockout.reason.map(Value.text)),
            ("regTime", lockout.regTime.map(Value.integer)),
        ])
    }

    static func document(_ details: [String: String]) -> String {
        // RFC 8785 sorts by UTF-16 code units.
        let sorted = details.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        return Self.object(sorted.map { ($0.key, .text($0.value)) })
    }

    static func document(_ delivery: EntryDelivery) -> String {
        Self.object([
            ("first", .integer(delivery.indices.lowerBound)),
            ("last", .integer(delivery.indices.upperBound)),
            ("state", .text(delivery.state.rawValue)),
        ])
    }

    private enum Value {
        case text(String)
        case integer(Int64)
    }

    /// - Parameter members: in the order of their names.
    private static func object(_ members: [(name: String, value: Value?)]) -> String {
        let json = CanonicalJSON()
        json.append(byte: 0x7B)
        var isFirst = true
        for (name, value) in members {
            guard let value else { continue }
            if !isFirst { json.append(byte: 0x2C) }
            isFirst = false
            json.append(text: name)
            json.append(byte: 0x3A)
            switch value {
            case .text(let text): json.append(text: text)
            case .integer(let number): json.append(integer: number)
            }
        }
        json.append(byte: 0x7D)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
