import CRDKafka

extension KafkaRecord {
    /// Copies a message out of librdkafka's memory.
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, of topicPartition: KafkaTopicPartition) {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &type)
        self.init(
            topicPartition: topicPartition,
            offset: message.pointee.offset,
            timestampMilliseconds: type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || timestamp < 0 ? nil : timestamp,
            key: Self.copy(message.pointee.key, message.pointee.key_len),
            value: Self.copy(message.pointee.payload, message.pointee.len),
            headers: Self.headers(message)
        )
    }

    private static func headers(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [KafkaHeader] = []
        headers.reserveCapacity(rd_kafka_header_cnt(list))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var length = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR {
            headers.append(KafkaHeader(name: name.map { String(cString: $0) } ?? "", value: Self.copy(value, length)))
        }
        return headers
    }

    private static func copy(_ bytes: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let bytes else { return nil }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }
}

extension KafkaError {
    /// The error that a message of a queue stands for.
    init(message: rd_kafka_message_t, of topicPartition: KafkaTopicPartition?) {
        let reason =
            message.payload.map {
                String(decoding: UnsafeRawBufferPointer(start: $0, count: message.len), as: UTF8.self)
            } ?? String(cString: rd_kafka_err2str(message.err))
        self.init(
            message.err,
            reason: reason,
            while: topicPartition.map { "consume \($0)" } ?? "consume"
        )
    }
}
