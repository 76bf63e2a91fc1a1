import CRDKafka
import Foundation

/// A list of partitions in librdkafka's memory (`rd_kafka_topic_partition_list_t`), freed at the end of its scope.
struct PartitionList: ~Copyable {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int) {
        self.raw = rd_kafka_topic_partition_list_new(Int32(clamping: capacity))
    }

    init(_ partitions: [KafkaTopicPartition]) {
        self.init(capacity: partitions.count)
        for partition in partitions { self.add(partition) }
    }

    init(_ commits: [KafkaOffsetCommit]) {
        self.init(capacity: commits.count)
        for commit in commits {
            let element = self.add(commit.topicPartition)
            element.pointee.offset = commit.offset
            guard !commit.metadata.isEmpty else { continue }
            // librdkafka frees it with the list, by free().
            let length = commit.metadata.utf8.count
            guard let metadata = malloc(length) else { preconditionFailure("Out of memory.") }
            var text = commit.metadata
            text.withUTF8 { metadata.copyMemory(from: $0.baseAddress!, byteCount: length) }
            element.pointee.metadata = metadata
            element.pointee.metadata_size = length
        }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(self.raw)
    }

    @discardableResult
    func add(_ partition: KafkaTopicPartition) -> UnsafeMutablePointer<rd_kafka_topic_partition_t> {
        rd_kafka_topic_partition_list_add(self.raw, partition.topic, partition.partition)
    }

    /// The elements; valid as long as the list.
    var elements: UnsafeMutableBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeMutableBufferPointer(start: self.raw.pointee.elems, count: Int(self.raw.pointee.cnt))
    }

    /// Throws the error of the first element that has one.
    func throwFirstError(while action: String, file: String = #fileID, line: Int = #line) throws(KafkaError) {
        for element in self.elements where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            let place = KafkaTopicPartition(element)
            throw KafkaError(element.err, while: "\(action) of \(place)", file: file, line: line)
        }
    }
}

extension KafkaTopicPartition {
    init(_ element: rd_kafka_topic_partition_t) {
        self.init(topic: String(cString: element.topic), partition: element.partition)
    }
}

extension KafkaCommittedOffset {
    init(_ element: rd_kafka_topic_partition_t) {
        let bytes = UnsafeRawBufferPointer(start: element.metadata, count: element.metadata_size)
        // Some versions count the terminating zero.
        let metadata = bytes.last == 0 ? bytes.dropLast() : bytes[...]
        self.init(
            topicPartition: KafkaTopicPartition(element),
            offset: element.offset >= 0 ? element.offset : nil,
            metadata: String(decoding: metadata, as: UTF8.self)
        )
    }
}
