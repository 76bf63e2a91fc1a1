import Foundation

/// A record to be published.
package struct OutgoingRecord: Hashable, Sendable {
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var headers: [SourceRecord.Header]

    package init(key: [UInt8]?, value: [UInt8]?, headers: [SourceRecord.Header]) {
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// Writes outcomes as CloudEvents 1.0 (Kafka protocol binding). May be used by one thread at a time.
package struct OutcomeEncoder {
    /// The two content modes of the binding.
    package enum Mode: String, CaseIterable, Hashable, Sendable {
        /// Attributes in `ce_` headers, data in the value (section 3.2).
        case binary
        /// One JSON document (section 3.3).
        case structured
    }

    package let mode: Mode
    /// `ce_source`, a URI reference that names this producer.
    package let source: String
    private let json: JSONEncoder

    package init(mode: Mode, source: String) {
        self.mode = mode
        self.source = source
        self.json = JSONEncoder()
        self.json.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    package func encode(_ outcome: Outcome) throws -> OutgoingRecord {
        let data = outcome.data
        // An attribute must not be an empty string (CloudEvents 1.0, section 3.1), and a platform's answer may hold one.
        let subject = data.playerId.flatMap { $0.isEmpty ? nil : $0 }
        let key = subject ?? data.sessionId.flatMap { $0.isEmpty ? nil : $0 }
        var headers: [SourceRecord.Header] = []
        let value: Data
        switch self.mode {
        case .binary:
            value = try self.json.encode(data)
            headers = [
                .init("content-type", "application/json"),
                .init("ce_specversion", "1.0"),
                .init("ce_id", outcome.id),
                .init("ce_source", self.source),
                .init("ce_type", data.eventType),
                .init("ce_time", data.decidedAt),
            ]
            if let subject { headers.append(.init("ce_subject", subject)) }
            if let key { headers.append(.init("ce_partitionkey", key)) }
        case .structured:
            value = try self.json.encode(
                StructuredOutcome(
                    id: outcome.id,
                    source: self.source,
                    type: data.eventType,
                    time: data.decidedAt,
                    subject: subject,
                    partitionkey: key,
                    traceparent: outcome.trace?.traceparent,
                    tracestate: outcome.trace?.tracestate,
                    data: data
                )
            )
            headers = [.init("content-type", "application/cloudevents+json; charset=UTF-8")]
        }
        if let trace = outcome.trace {
            headers.append(.init("traceparent", trace.traceparent))
            if let tracestate = trace.tracestate { headers.append(.init("tracestate", tracestate)) }
        }
        return OutgoingRecord(key: key.map { Array($0.utf8) }, value: Array(value), headers: headers)
    }
}

extension OutcomeData {
    /// The CloudEvents `type`.
    package var eventType: String { "login.\(self.decision.rawValue).v1" }
}

private struct StructuredOutcome: Encodable {
    let specversion = "1.0"
    var id: String
    var source: String
    var type: String
    var time: String
    var subject: String?
    var partitionkey: String?
    var traceparent: String?
    var tracestate: String?
    let datacontenttype = "application/json"
    var data: OutcomeData
}
