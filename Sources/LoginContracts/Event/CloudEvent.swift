/// How a record carries a CloudEvent (Kafka protocol binding 1.0.2, section 3).
enum CloudEventMode {
    /// Not a CloudEvent: the value is the data.
    case none
    /// Attributes in `ce_` headers, the value is the data (section 3.2).
    case binary
    /// The value is the whole event as JSON (section 3.3).
    case structured

    init(of record: SourceRecord) throws(EventDefect) {
        guard !record.headers.isEmpty else {
            self = .none
            return
        }
        let contentType = record.header("content-type")?.lowercased() ?? ""
        if contentType.hasPrefix("application/cloudevents-batch") {
            throw EventDefect(field: "content-type", rule: "is a CloudEvents batch; a record must hold one event")
        }
        if contentType.hasPrefix("application/cloudevents") {
            guard contentType.hasPrefix("application/cloudevents+json") else {
                throw EventDefect(field: "content-type", rule: "is not JSON; only application/cloudevents+json is read")
            }
            self = .structured
        } else if record.headers.contains(where: { $0.name == "ce_specversion" }) {
            self = .binary
        } else {
            self = .none
        }
    }
}

/// The attributes of a CloudEvent that mean something to us; all absent for plain JSON.
struct CloudEventAttributes {
    var specversion: String?
    var id: String?
    var timeText: String?
    var traceparent: String?
    var tracestate: String?

    /// A binary event's, from the record's headers.
    init(_ record: SourceRecord) {
        self.init(traceOf: record)
        self.specversion = record.header("ce_specversion")
        self.id = record.header("ce_id")
        self.timeText = record.header("ce_time")
    }

    /// The trace context alone, which is read in every mode. Other `ce_` headers mean nothing without
    /// `ce_specversion`: they are no event's attributes, and nothing checks them.
    ///
    /// Trace headers stand without a prefix (the messaging convention) or as the distributed-tracing extension's
    /// attributes.
    init(traceOf record: SourceRecord) {
        guard !record.headers.isEmpty else { return }
        self.traceparent = record.header("traceparent") ?? record.header("ce_traceparent")
        self.tracestate = record.header("tracestate") ?? record.header("ce_tracestate")
    }

    /// Takes the attributes of a structured event, which win over headers.
    mutating func adopt(_ envelope: StructuredCloudEvent) {
        self.specversion = envelope.specversion
        self.id = envelope.id
        self.timeText = envelope.time
        self.traceparent = envelope.traceparent ?? self.traceparent
        self.tracestate = envelope.tracestate ?? self.tracestate
    }

    /// The time of occurrence; ``check()`` has refused what is not one.
    var time: Timestamp? { self.timeText.flatMap { Timestamp(rfc3339: $0) } }

    /// Refuses other versions of CloudEvents and attributes that cannot be used.
    func check() throws(EventDefect) {
        guard self.specversion == "1.0" else {
            throw EventDefect(field: "specversion", rule: "must be \"1.0\"")
        }
        guard let id = self.id, !id.isEmpty, id.unicodeScalars.count <= LoginEvent.maximumEventIDLength else {
            throw EventDefect(
                field: "id",
                rule: "is required and must have 1 to \(LoginEvent.maximumEventIDLength) characters"
            )
        }
        if let text = self.timeText, Timestamp(rfc3339: text) == nil {
            throw EventDefect(field: "time", rule: "must be an RFC 3339 date-time, such as 2026-01-31T09:30:00Z")
        }
    }
}

/// A structured-mode event in the JSON format.
struct StructuredCloudEvent: Decodable {
    var specversion: String?
    var id: String?
    var time: String?
    var traceparent: String?
    var tracestate: String?
    var data: LoginEventFields?

    private enum Attribute: String, CodingKey {
        case specversion, id, time, traceparent, tracestate, data
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Attribute.self)
        self.specversion = try members.decodeIfPresent(String.self, forKey: .specversion)
        self.id = try members.decodeIfPresent(String.self, forKey: .id)
        self.time = try members.decodeIfPresent(String.self, forKey: .time)
        // A broken trace context is dropped and never makes an event malformed, whatever its type.
        self.traceparent = try? members.decodeIfPresent(String.self, forKey: .traceparent)
        self.tracestate = try? members.decodeIfPresent(String.self, forKey: .tracestate)
        self.data = try members.decodeIfPresent(LoginEventFields.self, forKey: .data)
    }
}
