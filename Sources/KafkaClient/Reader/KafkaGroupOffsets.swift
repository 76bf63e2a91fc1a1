import CRDKafka
package import Logging

/// Asks what a group has committed, without being a member of it: nothing rebalances and nothing is committed.
///
/// Offsets of a transaction that has not ended are waited for (`isolation.level=read_committed`).
package struct KafkaGroupOffsets: Sendable {
    private let configuration: KafkaConfiguration
    private let groupID: String
    private let timeout: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: how to reach the cluster.
    ///   - groupID: whose offsets they are, and whose right to read is used.
    ///   - timeout: how long the group's coordinator may take to answer.
    ///   - logger: what librdkafka says goes there, its information as debugging.
    package init(
        configuration: KafkaConfiguration,
        groupID: String,
        timeout: Duration = .seconds(20),
        logger: Logger
    ) {
        self.configuration = configuration
        self.groupID = groupID
        self.timeout = timeout
        self.logger = logger
    }

    /// What is committed for each partition. Blocks at most the timeout.
    package func committed(_ partitions: [KafkaTopicPartition]) throws(KafkaError) -> [KafkaCommittedOffset] {
        guard !partitions.isEmpty else { return [] }
        let handle = try LibraryHandle(
            RD_KAFKA_CONSUMER,
            properties: self.configuration.consumerProperties(
                groupID: self.groupID,
                groupInstanceID: nil,
                autoOffsetReset: .earliest
            ),
            configuration: self.configuration,
            context: LibraryContext(logger: self.logger)
        )
        return try handle.committed(partitions, timeout: self.timeout)
    }
}
