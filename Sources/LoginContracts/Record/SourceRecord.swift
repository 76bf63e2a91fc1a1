/// A partition of a Kafka topic.
package struct SourcePartition: Hashable, Sendable, CustomStringConvertible {
    package var topic: String
    package var partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package var description: String { "\(self.topic)[\(self.partition)]" }
}

/// A Kafka record as it was consumed: bytes that nobody has looked at yet.
package struct SourceRecord: Sendable {
    package var partition: SourcePartition
    package var offset: Int64
    /// Set by the producer or the broker; `nil` when the topic's message format has none.
    package var timestamp: Timestamp?
    package var key: [UInt8]?
    /// `nil` is a tombstone.
    package var value: [UInt8]?
    package var headers: [Header]

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: [UInt8]?

        package init(name: String, value: [UInt8]?) {
            self.name = name
            self.value = value
        }

        package init(_ name: String, _ text: String) {
            self.init(name: name, value: Array(text.utf8))
        }
    }

    package init(
        partition: SourcePartition,
        offset: Int64,
        timestamp: Timestamp?,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = []
    ) {
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The text of the last header of that name, or `nil` when there is none or it is not UTF-8.
    package func header(_ name: String) -> String? {
        guard !self.headers.isEmpty, let header = self.headers.last(where: { $0.name == name }),
            let value = header.value
        else { return nil }
        return String(validating: value, as: UTF8.self)
    }
}
