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
    ///
    /// It asks as for a time: `rd_kafka_query_watermark_offsets` of librdkafka 2.0.2 goes on for minutes after its
    /// time-out when the broker is gone.
    package func extent(of partition: KafkaTopicPartition) throws(KafkaError) -> KafkaOffsetRange {
        let action = "read the ends of \(partition)"
        let start = try self.offset(at: Int64(RD_KAFKA_OFFSET_BEGINNING), in: partition, while: action)
        let end = try self.offset(at: Int64(RD_KAFKA_OFFSET_END), in: partition, while: action)
        return KafkaOffsetRange(topicPartition: partition, start: max(0, start), end: max(0, end))
    }

    /// The offset of the first record with this timestamp or a later one; nil if there is none.
    ///
    /// No record before it has such a timestamp, but of those behind it some may be older; the markers of transactions
    /// count as records of the time of their commit. Embedded brokers do not look at timestamps and answer nil.
    ///
    /// - Parameters:
    ///   - milliseconds: since 1970, not negative.
    ///   - partition: the partition.
    package func firstOffset(
        atOrAfter milliseconds: Int64,
        in partition: KafkaTopicPartition
    ) throws(KafkaError) -> Int64? {
        precondition(milliseconds >= 0, "Negative times are Kafka's words for the ends of a partition.")
        let offset = try self.offset(
            at: milliseconds,
            in: partition,
            while: "find the offset of a time in \(partition)"
        )
        return offset >= 0 ? offset : nil
    }

    /// Asks the leader for the offset at a time, or at one of Kafka's words for the ends.
    private func offset(
        at time: Int64,
        in partition: KafkaTopicPartition,
        while action: String
    ) throws(KafkaError) -> Int64 {
        let list = PartitionList(capacity: 1)
        list.add(partition).pointee.offset = time
        let code = rd_kafka_offsets_for_times(self.handle.raw, list.raw, self.timeout.milliseconds)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw self.error(code, while: action) }
        let element = list.elements[0]
        if element.err != RD_KAFKA_RESP_ERR_NO_ERROR { throw self.error(element.err, while: action) }
        return element.offset
    }

    /// The error of a call, which names the brokers if none of them answered.
    private func error(_ code: rd_kafka_resp_err_t, while action: String) -> KafkaError {
        let error = KafkaError(code, while: action)
        return error.code == .timedOut || error.code == .unreachable ? self.silence(action) : error
    }
}
