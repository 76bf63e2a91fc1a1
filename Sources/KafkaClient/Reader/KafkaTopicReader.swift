import CRDKafka
package import Logging

/// Reads ranges of a topic's partitions, as a member of no group: nothing is committed, no other reader notices.
///
/// Reads what is committed (`isolation.level=read_committed`), one partition at a time and in the order of its offsets.
/// Memory is bounded by `queued.max.messages.kbytes`. Every call blocks and says which brokers did not answer when its
/// time is over; one thread at a time.
package final class KafkaTopicReader: Sendable {
    let handle: LibraryHandle
    let bootstrapServers: String
    let timeout: Duration

    /// What follows a record.
    package enum Next: Hashable, Sendable {
        case nextRecord
        case stop
    }

    /// Makes a reader that has not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: how to reach the cluster.
    ///   - timeout: how long a call waits for an answer, or for the next record of a range.
    ///   - logger: what librdkafka says goes there, its information as debugging.
    /// - Throws: ``KafkaError/Code/configuration`` for a property that is refused or that does not fit the others.
    package init(
        configuration: KafkaConfiguration,
        timeout: Duration = .seconds(20),
        logger: Logger
    ) throws(KafkaError) {
        try configuration.validate()
        self.handle = try LibraryHandle(
            RD_KAFKA_CONSUMER,
            properties: configuration.readerProperties(),
            configuration: configuration,
            context: LibraryContext(logger: logger)
        )
        self.bootstrapServers = configuration.bootstrapServers
        self.timeout = timeout
    }

    /// Hands over the records of a range, in the order of their offsets.
    ///
    /// Ends behind the last record before the range's end, also when what follows is an aborted transaction or was
    /// compacted away. What was deleted from the partition's beginning meanwhile is left out.
    ///
    /// - Parameter body: called for each record on this thread; what it throws ends the call.
    /// - Throws: ``KafkaError``, with ``KafkaError/Code/timedOut`` when nothing came for the reader's `timeout`.
    package func read(_ range: KafkaOffsetRange, _ body: (KafkaRecord) throws -> Next) throws {
        guard range.count > 0 else { return }
        let partition = range.topicPartition
        let action = "read \(partition)"
        guard let topic = rd_kafka_topic_new(self.handle.raw, partition.topic, nil) else {
            throw KafkaError(rd_kafka_last_error(), while: action)
        }
        defer { rd_kafka_topic_destroy(topic) }
        guard rd_kafka_consume_start(topic, partition.partition, range.start) == 0 else {
            throw KafkaError(rd_kafka_last_error(), while: action)
        }
        // Waits until librdkafka has let go of the partition: nothing of this range comes up in the next.
        defer { rd_kafka_consume_stop(topic, partition.partition) }
        var next = range.start
        var deadline = ContinuousClock.now + self.timeout
        while next < range.end {
            rd_kafka_poll(self.handle.raw, 0)
            guard let message = rd_kafka_consume(topic, partition.partition, Self.slice.milliseconds) else {
                guard ContinuousClock.now < deadline else { throw self.silence("\(action) from offset \(next)") }
                continue
            }
            defer { rd_kafka_message_destroy(message) }
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                // After a reset to the partition's beginning, what has been read can come again.
                guard message.pointee.offset >= next else { continue }
                guard message.pointee.offset < range.end else { return }
                next = message.pointee.offset + 1
                if try body(KafkaRecord(message, of: partition)) == .stop { return }
                deadline = .now + self.timeout
            case RD_KAFKA_RESP_ERR__PARTITION_EOF:
                // Nothing committed is left, and the range's end was once the partition's.
                return
            default:
                let error = KafkaError(message: message.pointee, of: partition)
                guard error.isRetriable else { throw error }
                guard ContinuousClock.now < deadline else { throw self.silence("\(action) from offset \(next)") }
            }
        }
    }

    /// The error of a call that no broker answered in time.
    func silence(_ action: String, file: String = #fileID, line: Int = #line) -> KafkaError {
        KafkaError(
            code: .timedOut,
            librdkafkaCode: RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue,
            isRetriable: true,
            message: "Could not \(action): no Kafka broker at \(self.bootstrapServers) answered within "
                + "\(self.timeout). Check the address, the network and the security settings.",
            file: file,
            line: line
        )
    }

    /// Between two looks at the deadline.
    private static let slice = Duration.milliseconds(100)
}

extension KafkaConfiguration {
    /// The properties of a reader: defaults, the given ones, then those that must hold.
    fileprivate func readerProperties() -> [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = [
            ("queued.min.messages", "10000"), ("queued.max.messages.kbytes", "4096"),
            // It also is how long an embedded broker takes to say that a partition has ended.
            ("fetch.wait.max.ms", "50"),
        ]
        properties += self.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        properties += [
            ("bootstrap.servers", self.bootstrapServers),
            ("client.id", self.clientID),
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("enable.partition.eof", "true"),
            ("isolation.level", "read_committed"),
        ]
        return properties
    }
}
