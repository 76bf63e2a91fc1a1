import Foundation

/// Turns a record of the login topic into a ``LoginEvent``, or says what is wrong with it.
///
/// Reads plain JSON and CloudEvents 1.0 in binary and structured mode (Kafka protocol binding, sections 3.2 and 3.3).
/// Unknown fields are ignored and `null` counts as missing. Every rule is checked here, so nothing behind it needs to
/// doubt an event. A decoder may be used by one thread at a time.
package struct LoginEventDecoder {
    /// Larger values are not looked at: a login event with every field at its limit is under 8 KiB.
    package static let maximumValueBytes = 65_536

    private let json = JSONDecoder()

    package init() {}

    package func decode(_ record: SourceRecord) throws(EventDefect) -> LoginEvent {
        guard let value = record.value else {
            throw EventDefect(field: "value", rule: "is missing (a tombstone); it must be a JSON object")
        }
        guard !value.isEmpty else { throw EventDefect(field: "value", rule: "is empty; it must be a JSON object") }
        guard value.count <= Self.maximumValueBytes else {
            throw EventDefect(
                field: "value",
                rule: "has \(value.count) bytes; at most \(Self.maximumValueBytes) are allowed"
            )
        }
        // JSONDecoder would also read UTF-16, which RFC 8259 section 8.1 forbids between systems. UTF-8 text begins with
        // none of these bytes, and JSON with no NUL.
        guard !value.prefix(4).contains(where: { $0 == 0 || $0 >= 0xFE }) else {
            throw EventDefect(field: "value", rule: "is not valid JSON (RFC 8259) in UTF-8")
        }
        switch try CloudEventMode(of: record) {
        case .none:
            let fields = try self.fields(of: value)
            return try LoginEvent(fields, path: "", attributes: CloudEventAttributes(traceOf: record), record: record)
        case .binary:
            let attributes = CloudEventAttributes(record)
            try attributes.check()
            let fields = try self.fields(of: value)
            return try LoginEvent(fields, path: "", attributes: attributes, record: record)
        case .structured:
            let envelope = try self.parse(StructuredCloudEvent.self, from: value)
            var attributes = CloudEventAttributes(traceOf: record)
            attributes.adopt(envelope)
            try attributes.check()
            guard let fields = envelope.data else {
                throw EventDefect(field: "data", rule: "is missing; it must be the login event as a JSON object")
            }
            return try LoginEvent(fields, path: "data.", attributes: attributes, record: record)
        }
    }

    private func fields(of value: [UInt8]) throws(EventDefect) -> LoginEventFields {
        if let fields = LoginEventFields(plain: value) { return fields }
        return try self.parse(LoginEventFields.self, from: value)
    }

    private func parse<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(EventDefect) -> Value {
        do {
            return try self.json.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw EventDefect(error)
        } catch {
            throw EventDefect(field: "value", rule: "is not JSON")
        }
    }
}

/// The members of the JSON object, before any rule but their type is checked.
struct LoginEventFields: Decodable {
    var kgAppId: String?
    var accessToken: String?
    var platform: String?
    var loginMethod: String?
    var playerId: String?
    var eventId: String?
    var occurredAt: String?
    var sessionId: String?
    var serverId: String?
}

extension EventDefect {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(let expected, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            let isString = expected == String.self
            self.init(
                field: path.isEmpty ? "value" : path,
                rule: "has the wrong type; it must be a JSON \(isString ? "string" : "object")"
            )
        case .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            self.init(field: path.isEmpty ? "value" : path, rule: "is not valid JSON (RFC 8259) in UTF-8")
        case .keyNotFound(let key, _):
            self.init(field: key.stringValue, rule: "is missing")
        case .valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            self.init(field: path.isEmpty ? "value" : path, rule: "is null; it must be a JSON object")
        @unknown default:
            self.init(field: "value", rule: "is not a JSON object of the expected form")
        }
    }
}
