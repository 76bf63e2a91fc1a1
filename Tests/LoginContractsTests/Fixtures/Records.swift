import LoginContracts

extension SourceRecord {
    static func login(
        _ value: [UInt8]?,
        headers: [Header] = [],
        topic: String = "login.events",
        partition: Int32 = 3,
        offset: Int64 = 1042,
        timestamp: Timestamp? = Timestamp(1_769_819_400_000),
        key: [UInt8]? = Array("player".utf8)
    ) -> SourceRecord {
        SourceRecord(
            partition: SourcePartition(topic: topic, partition: partition),
            offset: offset,
            timestamp: timestamp,
            key: key,
            value: value,
            headers: headers
        )
    }

    static func login(_ text: String, headers: [Header] = []) -> SourceRecord {
        .login(Array(text.utf8), headers: headers)
    }

    /// What the decoder makes of the record.
    var decoded: Result<LoginEvent, EventDefect> {
        do throws(EventDefect) {
            return .success(try LoginEventDecoder().decode(self))
        } catch {
            return .failure(error)
        }
    }

    var defect: EventDefect? {
        guard case .failure(let defect) = self.decoded else { return nil }
        return defect
    }

    var event: LoginEvent? { try? self.decoded.get() }
}

/// A login event as JSON text, of members whose values are JSON texts themselves.
func loginJSON(_ changes: KeyValuePairs<String, String?> = [:]) -> String {
    var members: [(String, String?)] = [
        ("kgAppId", #""123456""#), ("accessToken", #""\#(secretToken)""#), ("platform", #""mobile""#),
    ]
    for (name, value) in changes {
        members.removeAll { $0.0 == name }
        members.append((name, value))
    }
    return "{" + members.compactMap { name, value in value.map { #""\#(name)":\#($0)"# } }.joined(separator: ",") + "}"
}

/// A token that must not show up in any description, defect or header.
let secretToken = "SECRET-example-token-not-real"
