import CRDKafka

extension KafkaProducer {
    /// Asks the brokers for the partitions and leaders of topics, so that the first record to each is sent at once.
    ///
    /// Without it librdkafka 2.0.2 asks up to a second after the first record of a topic was produced. It also
    /// tells early that a topic is missing. Blocks at most `timeout` for each topic.
    ///
    /// - Parameters:
    ///   - topics: the topics that will be produced to, by name.
    ///   - timeout: how long to block for each.
    /// - Throws: ``KafkaError/Code/unknownTopic`` for a topic that does not exist (and that the brokers do not create).
    package func prepare(topics: [String], timeout: Duration) throws(KafkaError) {
        for topic in topics {
            let action = "find the topic \(topic)"
            let client = try self.client(action)
            guard let local = rd_kafka_topic_new(client.raw, topic, nil) else {
                throw KafkaError(rd_kafka_last_error(), while: action)
            }
            defer { rd_kafka_topic_destroy(local) }
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = rd_kafka_metadata(client.raw, 0, local, &metadata, timeout.milliseconds)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action) }
            guard let metadata else { continue }
            defer { rd_kafka_metadata_destroy(metadata) }
            let topics = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
            for found in topics where found.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(found.err, while: action)
            }
        }
    }
}
