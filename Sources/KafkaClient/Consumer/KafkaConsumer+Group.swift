import CRDKafka

extension KafkaConsumer {
    /// Commits offsets and waits for the broker's answer. Any thread; blocks for a network round trip.
    ///
    /// When it returns the offsets are as durable as the broker's offsets topic. It throws the first error; then
    /// offsets of other partitions may have been committed.
    package func commit(_ offsets: [KafkaOffsetCommit]) throws(KafkaError) {
        let action = "commit the offsets"
        let client = try self.client(action)
        guard !offsets.isEmpty else { return }
        let list = PartitionList(offsets)
        let code = rd_kafka_commit(client.raw, list.raw, 0)
        try list.throwFirstError(while: action)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action) }
    }

    /// Asks the group's coordinator what is committed. Any thread; blocks at most `timeout`.
    package func committed(
        _ partitions: [KafkaTopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [KafkaCommittedOffset] {
        let client = try self.client("fetch the committed offsets")
        guard !partitions.isEmpty else { return [] }
        return try client.committed(partitions, timeout: timeout)
    }

    /// The membership as it is now, for a transaction that commits this consumer's offsets. Any thread.
    ///
    /// Look at ``KafkaGroupMetadata/isOfMember`` before it is used: the consumer may just have been expelled.
    package func groupMetadata() throws(KafkaError) -> KafkaGroupMetadata {
        let action = "read the group's metadata"
        let client = try self.client(action)
        // The member's id is read before and after, because librdkafka's own thread may change it in between.
        let before = client.memberID
        guard let metadata = rd_kafka_consumer_group_metadata(client.raw) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__STATE, while: action)
        }
        return KafkaGroupMetadata(
            consuming: metadata,
            groupID: self.settings.groupID,
            groupInstanceID: self.settings.groupInstanceID,
            members: [before, client.memberID]
        )
    }

    /// The cluster's id, the same from every broker; nil if none answered within `timeout`. Any thread.
    package func clusterID(timeout: Duration) -> String? {
        (try? self.client("read the cluster id"))?.clusterID(timeout: timeout)
    }

    /// The ends of an assigned partition as the last fetch response told them: no request is made. Any thread.
    package func watermarks(of topicPartition: KafkaTopicPartition) -> KafkaWatermarks {
        var low: Int64 = -1
        var high: Int64 = -1
        guard let client = try? self.client("read the watermarks"),
            rd_kafka_get_watermark_offsets(
                client.raw,
                topicPartition.topic,
                topicPartition.partition,
                &low,
                &high
            ) == RD_KAFKA_RESP_ERR_NO_ERROR
        else { return KafkaWatermarks(low: nil, high: nil) }
        return KafkaWatermarks(low: low >= 0 ? low : nil, high: high >= 0 ? high : nil)
    }
}
