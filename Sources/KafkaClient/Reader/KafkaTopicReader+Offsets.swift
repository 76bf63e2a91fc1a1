import CRDKafka

extension KafkaTopicReader {
    /// The cluster's id, the same from every broker.
    package func clusterID() throws(KafkaError) -> String {
        guard let id = self.handle.clusterID(timeout: self.timeout), !id.isEmpty else {
            throw self.silence("read the cluster's id")
        }
        return id
    }

    /// The partitions of a topic, by number.
    ///
    /// - Throws: ``KafkaError/Code/unknownTopic`` for a topic that does not exist. It is not created.
    package func partitions(of topic: String) throws(KafkaError) -> [KafkaTopicPartition] {
        let action = "find the topic \(topic)"
        guard let local = rd_kafka_topic_new(self.handle.raw, topic, nil) else {
            throw KafkaError(rd_kafka_last_error(), while: action)
        }
        defer { rd_kafka_topic_destroy(local) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(self.handle.raw, 0, local, &metadata, self.timeout.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw self.error(code, while: action) }
        defer { rd_kafka_metadata_destroy(metadata) }
        let topics = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        guard let found = topics.first else { throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, while: action) }
        if found.err != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(found.err, while: action) }
        return UnsafeBufferPointer(start: found.partitions, count: Int(found.partition_cnt))
            .map { KafkaTopicPartition(topic: topic, partition: $0.id) }
            .sorted { $0.partition < $1.partition }
    }

    /// What a partition holds now: from its oldest record to the end of what is committed.
    package func extent(of partition: KafkaTopicPartition) throws(KafkaError) -> KafkaOffsetRange {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_query_watermark_offsets(
            self.handle.raw,
            partition.topic,
            partition.partition,
            &low,
            &high,
            self.timeout.milliseconds
        )
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw self.error(code, while: "read the ends of \(partition)") }
        return KafkaOffsetRange(topicPartition: partition, start: low, end: high)
    }

    /// The offset of the first record with this timestamp or a later one; nil if there is none.
    ///
    /// No record before it has such a timestamp, but of those behind it some may be older. Embedded brokers do not look
    /// at timestamps and answer nil.
    ///
    /// - Parameters:
    ///   - milliseconds: since 1970, not negative.
    ///   - partition: the partition.
    package func firstOffset(
        atOrAfter milliseconds: Int64,
        in partition: KafkaTopicPartition
    ) throws(KafkaError) -> Int64? {
        precondition(milliseconds >= 0, "Negative times are Kafka's words for the ends of a partition.")
        let action = "find the offset of a time in \(partition)"
        let list = PartitionList(capacity: 1)
        list.add(partition).pointee.offset = milliseconds
        let code = rd_kafka_offsets_for_times(self.handle.raw, list.raw, self.timeout.milliseconds)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw self.error(code, while: action) }
        try list.throwFirstError(while: action)
        let offset = list.elements[0].offset
        return offset >= 0 ? offset : nil
    }

    /// The error of a call, which names the brokers if none of them answered.
    private func error(_ code: rd_kafka_resp_err_t, while action: String) -> KafkaError {
        let error = KafkaError(code, while: action)
        return error.code == .timedOut || error.code == .unreachable ? self.silence(action) : error
    }
}
