/// Reads the records of a dead-letter topic.
///
/// Never fails: what is not a dead letter of this service comes out as one with problems.
package struct DeadLetterDecoder: Sendable {
    package init() {}

    /// What a record of the topic is.
    package enum Content: Sendable {
        case letter(StoredDeadLetter)
        case replayMarker(ReplayMarker)
        /// Says that it is a marker, and is none that can be read.
        case brokenReplayMarker(DeadLetterProblem)
    }

    package func decode(_ record: SourceRecord) -> Content {
        if ReplayMarker.isMarker(record) {
            do throws(DeadLetterProblem) {
                return .replayMarker(try ReplayMarker(record))
            } catch {
                return .brokenReplayMarker(error)
            }
        }
        return .letter(self.letter(record))
    }

    private func letter(_ record: SourceRecord) -> StoredDeadLetter {
        var headers = HeaderReader(record.headers)
        let disposition: DeadLetter.Disposition? = headers.required(DeadLetterHeader.disposition) {
            DeadLetter.Disposition(rawValue: $0)
        }
        let origin = headers.origin()
        let message = headers.text(DeadLetterHeader.Connect.message) ?? headers.text(DeadLetterHeader.Spring.message)
        let omitted = headers.text(DeadLetterHeader.omitted).map(Self.omitted) ?? []
        let replays = DeadLetterHeader.count(headers.text(DeadLetterHeader.replays))
        return StoredDeadLetter(
            place: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            disposition: disposition,
            origin: origin,
            message: message.map { String($0.prefix(StoredDeadLetter.maximumMessageLength)) },
            groupID: headers.text(DeadLetterHeader.Spring.group),
            instanceID: headers.text(DeadLetterHeader.Connect.task),
            failures: max(1, DeadLetterHeader.count(headers.text(DeadLetterHeader.failures))),
            replays: replays,
            replayedFrom: replays > 0 ? headers.text(DeadLetterHeader.replayedFrom) : nil,
            omitted: omitted,
            problems: headers.problems,
            event: SourceRecord(
                partition: origin?.partition ?? record.partition,
                offset: origin?.offset ?? record.offset,
                timestamp: origin == nil ? record.timestamp : origin?.timestamp,
                key: record.key,
                value: record.value,
                headers: record.headers.filter { !DeadLetterHeader.ofFailure.contains($0.name) }
            )
        )
    }

    /// The words that the encoder writes; another text counts as all of them, because something is missing.
    private static func omitted(_ text: String) -> [String] {
        let known = ["value", "headers", "key"]
        let words = text.split(separator: ",").map(String.init)
        return !words.isEmpty && words.count <= known.count && words.allSatisfy(known.contains) ? words : known
    }
}

/// The headers of a dead letter, each looked for in one pass over however many there are.
private struct HeaderReader {
    private var found: [String: (value: [UInt8]?, count: Int)] = [:]
    private(set) var problems: [DeadLetterProblem] = []

    /// Of a text: longer ones are not looked at.
    private static let maximumTextBytes = 16_384
    /// Kafka's own limit of a topic's name.
    private static let maximumTopicLength = 249

    init(_ headers: [SourceRecord.Header]) {
        for header in headers
        where DeadLetterHeader.ofFailure.contains(header.name) || DeadLetterHeader.ofReplay.contains(header.name) {
            self.found[header.name] = (header.value, (self.found[header.name]?.count ?? 0) + 1)
        }
    }

    /// A text, or `nil` when there is none that can be used.
    func text(_ name: String) -> String? {
        guard let value = self.found[name]?.value, value.count <= Self.maximumTextBytes else { return nil }
        return String(validating: value, as: UTF8.self)
    }

    /// A header that must be there once.
    mutating func required<Value>(_ name: String, _ parse: (String) -> Value?) -> Value? {
        guard let header = self.found[name] else { return self.complain(name, "is missing") }
        guard header.count == 1 else { return self.complain(name, "is there \(header.count) times") }
        guard let value = self.text(name).flatMap(parse) else { return self.complain(name, "is not what it must be") }
        return value
    }

    /// Where the event's record stood: Connect's headers and Spring's, which must agree.
    mutating func origin() -> StoredDeadLetter.Origin? {
        typealias Connect = DeadLetterHeader.Connect
        typealias Spring = DeadLetterHeader.Spring
        let topic = self.required(Connect.topic) { Self.isTopic($0) ? $0 : nil }
        let partition = self.required(Connect.partition) { Self.number($0).flatMap { Int32(exactly: $0) } }
        let offset = self.required(Connect.offset) { Self.number($0) }
        guard let topic, let partition, let offset else { return nil }
        if self.text(Spring.topic) != topic { return self.complain(Spring.topic, "differs from \(Connect.topic)") }
        if self.integer(Spring.partition, bytes: 4) != Int64(partition) {
            return self.complain(Spring.partition, "differs from \(Connect.partition)")
        }
        if self.integer(Spring.offset, bytes: 8) != offset {
            return self.complain(Spring.offset, "differs from \(Connect.offset)")
        }
        return StoredDeadLetter.Origin(
            partition: SourcePartition(topic: topic, partition: partition),
            offset: offset,
            timestamp: self.integer(Spring.timestamp, bytes: 8).map { Timestamp($0) }
        )
    }

    private func integer(_ name: String, bytes: Int) -> Int64? {
        guard let value = self.found[name]?.value, value.count == bytes else { return nil }
        let bits = value.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return bytes == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }

    /// Digits alone: `Int64` would take a sign too.
    private static func number(_ text: String) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }

    private static func isTopic(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= Self.maximumTopicLength
            && text.utf8.allSatisfy { byte in
                switch UInt8(byte) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private mutating func complain<Value>(_ header: String, _ rule: String) -> Value? {
        self.problems.append(DeadLetterProblem(header: header, rule: rule))
        return nil
    }
}
