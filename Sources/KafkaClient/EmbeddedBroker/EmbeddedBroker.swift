import CRDKafka
package import Logging
import Synchronization

/// Kafka brokers inside this process (librdkafka's mock cluster), for tests and demonstrations.
///
/// They listen on random ports of the loopback interface and keep everything in memory; of a partition only the last
/// 5 MiB, at most 100 000 batches. What they do not do: keep the offsets of a transaction, hide aborted records, fence
/// producers, take a commit while the group rebalances, answer a fetch before its `fetch.wait.max.ms` is over when the
/// partition was empty as it came (so set that low). The first member of a group waits 3 seconds for others.
///
/// Thread-safe.
package final class EmbeddedBroker: Sendable {
    /// The brokers' addresses, for ``KafkaConfiguration/bootstrapServers``.
    package let bootstrapServers: String
    let cluster: Mutex<Cluster?>

    /// Sound as `@unchecked Sendable`: the pointer is used under the mutex only.
    struct Cluster: @unchecked Sendable {
        let raw: OpaquePointer
        let handle: LibraryHandle
    }

    /// Starts brokers and makes topics.
    ///
    /// - Parameters:
    ///   - brokers: how many, with ids from 1.
    ///   - topics: name to number of partitions. A topic that a client asks for and that is not among them is made
    ///     with 4 partitions.
    ///   - logger: what librdkafka says goes there.
    /// - Throws: when the brokers cannot listen or a topic cannot be made.
    package init(
        brokers: Int = 1,
        topics: [String: Int] = [:],
        logger: Logger = Logger(label: "EmbeddedBroker")
    ) throws(KafkaError) {
        precondition(brokers > 0, "A cluster has at least one broker.")
        let configuration = KafkaConfiguration(bootstrapServers: "", clientID: "embedded-broker")
        let handle = try LibraryHandle(
            RD_KAFKA_PRODUCER,
            properties: [("client.id", configuration.clientID)],
            configuration: configuration,
            context: LibraryContext(logger: logger)
        )
        guard let raw = rd_kafka_mock_cluster_new(handle.raw, Int32(clamping: brokers)) else {
            throw KafkaError(
                code: .other,
                message: "Could not start an embedded broker. Check that the loopback interface can be listened on."
            )
        }
        self.bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(raw))
        self.cluster = Mutex(Cluster(raw: raw, handle: handle))
        for (topic, partitions) in topics.sorted(by: { $0.key < $1.key }) {
            try self.createTopic(topic, partitions: partitions, replicationFactor: brokers)
        }
    }

    deinit {
        self.close()
    }

    /// Makes a topic.
    package func createTopic(_ topic: String, partitions: Int, replicationFactor: Int = 1) throws(KafkaError) {
        try self.withCluster("create the topic \(topic)") {
            rd_kafka_mock_topic_create($0, topic, Int32(clamping: partitions), Int32(clamping: replicationFactor))
        }
    }

    /// Stops the brokers: connections break, clients try to come back until they are closed. Idempotent.
    package func close() {
        guard let cluster = self.cluster.withLock({ $0.take() }) else { return }
        rd_kafka_mock_cluster_destroy(cluster.raw)
    }

    func withCluster(
        _ action: String,
        file: String = #fileID,
        line: Int = #line,
        _ call: (OpaquePointer) -> rd_kafka_resp_err_t
    ) throws(KafkaError) {
        let code = self.cluster.withLock { $0.map { call($0.raw) } }
        guard let code else { throw KafkaError.closed(while: action, file: file, line: line) }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action, file: file, line: line) }
    }
}
