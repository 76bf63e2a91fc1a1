import CRDKafka

extension LibraryHandle {
    /// The cluster's id, the same from every broker; nil if none answered within `timeout`. Any thread.
    func clusterID(timeout: Duration) -> String? {
        guard let id = rd_kafka_clusterid(self.raw, timeout.milliseconds) else { return nil }
        defer { rd_kafka_mem_free(self.raw, id) }
        return String(cString: id)
    }
}
