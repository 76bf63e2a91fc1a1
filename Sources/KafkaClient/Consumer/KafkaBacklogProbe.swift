import CRDKafka
package import Logging

/// Asks, with a client of its own, whether partitions hold records from an offset on.
///
/// For the doubt whether a consumer that delivers nothing has nothing to deliver. The end of a partition is no answer:
/// markers of transactions and aborted records stand before it and are never delivered. So it reads, as the consumer
/// does, until the first record or the end. It is no member of the group and commits nothing.
package struct KafkaBacklogProbe: Sendable {
    private let configuration: KafkaConfiguration
    private let groupID: String
    private let logger: Logger

    /// What was found in a partition.
    package enum Finding: Hashable, Sendable {
        /// A record that a consumer would be given, at this offset.
        case record(Int64)
        /// None up to the end.
        case none
    }

    /// - Parameters:
    ///   - configuration: how to reach the cluster.
    ///   - groupID: whose right to read is used.
    ///   - logger: what librdkafka says goes there, its information as debugging.
    package init(configuration: KafkaConfiguration, groupID: String, logger: Logger) {
        self.configuration = configuration
        self.groupID = groupID
        self.logger = logger
    }

    /// Reads each partition from its offset on. Blocks at most `timeout`, and a little for connecting and closing.
    ///
    /// With no partitions it only asks whether the cluster answers.
    ///
    /// - Returns: what was found; a partition without an answer in time is missing.
    /// - Throws: ``KafkaError/Code/unreachable`` or ``KafkaError/Code/timedOut`` when the cluster does not answer.
    package func findings(
        _ offsets: [KafkaTopicPartition: Int64],
        timeout: Duration
    ) throws(KafkaError) -> [KafkaTopicPartition: Finding] {
        let deadline = ContinuousClock.now + timeout
        let handle = try self.makeClient()
        guard handle.clusterID(timeout: timeout) != nil else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, while: "ask the cluster for its id")
        }
        guard !offsets.isEmpty else { return [:] }
        let list = PartitionList(capacity: offsets.count)
        for (partition, offset) in offsets { list.add(partition).pointee.offset = offset }
        rd_kafka_poll_set_consumer(handle.raw)
        let code = rd_kafka_assign(handle.raw, list.raw)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, while: "read partitions to compare") }
        var findings: [KafkaTopicPartition: Finding] = [:]
        while findings.count < offsets.count, ContinuousClock.now < deadline {
            guard let message = rd_kafka_consumer_poll(handle.raw, Self.pollMilliseconds) else { continue }
            defer { rd_kafka_message_destroy(message) }
            guard let topic = message.pointee.rkt else { continue }
            let partition = KafkaTopicPartition(
                topic: String(cString: rd_kafka_topic_name(topic)),
                partition: message.pointee.partition
            )
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                if findings[partition] == nil { findings[partition] = .record(message.pointee.offset) }
            case RD_KAFKA_RESP_ERR__PARTITION_EOF:
                if findings[partition] == nil { findings[partition] = Finding.none }
            default: continue
            }
        }
        return findings
    }

    private func makeClient() throws(KafkaError) -> LibraryHandle {
        let properties = self.configuration.consumerProperties(
            groupID: self.groupID,
            groupInstanceID: nil,
            autoOffsetReset: .earliest
        )
        return try LibraryHandle(
            RD_KAFKA_CONSUMER,
            properties: properties + [("enable.partition.eof", "true"), ("queued.min.messages", "1")],
            configuration: self.configuration,
            context: LibraryContext(logger: self.logger)
        )
    }

    private static let pollMilliseconds: Int32 = 100
}
