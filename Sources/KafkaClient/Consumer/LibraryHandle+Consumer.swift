import CRDKafka

extension LibraryHandle {
    /// What the group has committed for partitions.
    func committed(
        _ partitions: [KafkaTopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [KafkaCommittedOffset] {
        let action = "fetch the committed offsets"
        let list = PartitionList(partitions)
        let code = rd_kafka_committed(self.raw, list.raw, timeout.milliseconds)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action) }
        try list.throwFirstError(while: action)
        return list.elements.map { KafkaCommittedOffset($0) }
    }

    /// The id that the group gave this member; empty while it is none.
    var memberID: String {
        guard let id = rd_kafka_memberid(self.raw) else { return "" }
        defer { rd_kafka_mem_free(self.raw, id) }
        return String(cString: id)
    }

    /// A new reference to a partition's own queue.
    func queue(of topicPartition: KafkaTopicPartition) -> OpaquePointer? {
        rd_kafka_queue_get_partition(self.raw, topicPartition.topic, topicPartition.partition)
    }
}
