import CRDKafka

extension KafkaProducer {
    /// The cluster's id, the same from every broker; nil if none answered within `timeout`. Any thread.
    package func clusterID(timeout: Duration) -> String? {
        guard let client = try? self.client("read the cluster id"),
            let id = rd_kafka_clusterid(client.raw, timeout.milliseconds)
        else { return nil }
        defer { rd_kafka_mem_free(client.raw, id) }
        return String(cString: id)
    }
}

extension EmbeddedBroker {
    /// Whether a cluster's id is one that embedded brokers give themselves.
    package static func isClusterID(_ id: String) -> Bool { id.hasPrefix("mockCluster") }
}
