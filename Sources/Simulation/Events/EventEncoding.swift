import LoginContracts

/// Writes generated fields as a record, in one of the three forms (CloudEvents Kafka protocol binding 1.0.2).
struct EventEncoding {
    var form: EventForm
    var traceparent: String?

    /// What a producer of login events calls itself and its events.
    private static let source = "/simulation/login-servers"
    private static let type = "login.attempted.v1"

    func record(of fields: LoginFields) -> OutgoingRecord {
        let id = fields.eventId ?? "\(fields.sessionId ?? "session")-login"
        switch self.form {
        case .plain:
            return self.record(key: fields.playerId, value: fields.document.bytes)
        case .binary:
            let headers: [SourceRecord.Header] = [
                .init("content-type", "application/json"),
                .init("ce_specversion", "1.0"),
                .init("ce_id", id),
                .init("ce_source", Self.source),
                .init("ce_type", Self.type),
                .init("ce_time", fields.occurredAt),
            ]
            return self.record(key: fields.playerId, value: fields.document.bytes, headers: headers)
        case .structured:
            let envelope: JSONDocument = [
                "specversion": "1.0",
                "id": .string(id),
                "source": .string(Self.source),
                "type": .string(Self.type),
                "time": .string(fields.occurredAt),
                "datacontenttype": "application/json",
                "data": fields.document,
            ]
            let headers = [SourceRecord.Header("content-type", "application/cloudevents+json; charset=UTF-8")]
            return self.record(key: fields.playerId, value: envelope.bytes, headers: headers)
        }
    }

    func record(key: String?, value: [UInt8]?, headers: [SourceRecord.Header] = []) -> OutgoingRecord {
        var headers = headers
        if let traceparent { headers.append(.init("traceparent", traceparent)) }
        return OutgoingRecord(key: key.map { Array($0.utf8) }, value: value, headers: headers)
    }
}
