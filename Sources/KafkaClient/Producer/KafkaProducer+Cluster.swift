extension KafkaProducer {
    /// The cluster's id, the same from every broker; nil if none answered within `timeout`. Any thread.
    package func clusterID(timeout: Duration) -> String? {
        (try? self.client("read the cluster id"))?.clusterID(timeout: timeout)
    }
}

extension EmbeddedBroker {
    /// Whether a cluster's id is one that embedded brokers give themselves.
    package static func isClusterID(_ id: String) -> Bool { id.hasPrefix("mockCluster") }
}
