import CRDKafka
package import Logging

/// Makes topics on a cluster.
///
/// Every call blocks; any thread. It connects when it is first used.
package final class KafkaAdministrator: Sendable {
    private let handle: LibraryHandle

    /// Makes an administrator that has not connected yet.
    package init(configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        try configuration.validate()
        self.handle = try LibraryHandle(
            RD_KAFKA_PRODUCER,
            properties: configuration.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) } + [
                ("bootstrap.servers", configuration.bootstrapServers),
                ("client.id", configuration.clientID),
            ],
            configuration: configuration,
            context: LibraryContext(logger: logger)
        )
    }

    /// Makes a topic and waits until the controller has done so. A topic that exists already is left as it is.
    ///
    /// - Parameters:
    ///   - topic: its name.
    ///   - partitions: how many it gets.
    ///   - replicationFactor: -1 for the cluster's default.
    ///   - configuration: the topic's own settings, such as `cleanup.policy`.
    ///   - timeout: how long to block.
    /// - Returns: false if the topic existed already.
    /// - Throws: when the cluster refuses or does not answer.
    @discardableResult
    package func createTopic(
        _ topic: String,
        partitions: Int,
        replicationFactor: Int = -1,
        configuration: [String: String] = [:],
        timeout: Duration
    ) throws(KafkaError) -> Bool {
        let action = "create the topic \(topic)"
        var reason = [CChar](repeating: 0, count: 512)
        guard
            let request = rd_kafka_NewTopic_new(
                topic,
                Int32(clamping: partitions),
                Int32(clamping: replicationFactor),
                &reason,
                reason.count
            )
        else {
            let text = reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason: text, while: action)
        }
        defer { rd_kafka_NewTopic_destroy(request) }
        for (name, value) in configuration { rd_kafka_NewTopic_set_config(request, name, value) }
        var requests: [OpaquePointer?] = [request]
        let event = try self.answer(to: RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout: timeout, while: action) {
            rd_kafka_CreateTopics(self.handle.raw, &requests, requests.count, $0, $1)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(results?[index])
            if code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return false }
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action) }
        }
        return true
    }

    /// Lets a topic grow to so many partitions and waits until the controller has done so.
    ///
    /// - Parameters:
    ///   - topic: its name.
    ///   - total: how many partitions it has afterwards, more than now.
    ///   - timeout: how long to block.
    /// - Throws: when the cluster refuses or does not answer.
    package func addPartitions(to topic: String, total: Int, timeout: Duration) throws(KafkaError) {
        let action = "add partitions to the topic \(topic)"
        var reason = [CChar](repeating: 0, count: 512)
        guard let request = rd_kafka_NewPartitions_new(topic, total, &reason, reason.count) else {
            let text = reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason: text, while: action)
        }
        defer { rd_kafka_NewPartitions_destroy(request) }
        var requests: [OpaquePointer?] = [request]
        let event = try self.answer(to: RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, timeout: timeout, while: action) {
            rd_kafka_CreatePartitions(self.handle.raw, &requests, requests.count, $0, $1)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count)
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(results?[index])
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action) }
        }
    }

    /// Sends a request, and waits for the event that answers it, which is the caller's to destroy.
    ///
    /// - Parameter send: gets the options and the queue of the answer.
    private func answer(
        to operation: rd_kafka_admin_op_t,
        timeout: Duration,
        while action: String,
        _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void
    ) throws(KafkaError) -> OpaquePointer {
        let options = rd_kafka_AdminOptions_new(self.handle.raw, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, nil, 0)
        rd_kafka_AdminOptions_set_operation_timeout(options, timeout.milliseconds, nil, 0)
        let queue = rd_kafka_queue_new(self.handle.raw)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        guard let event = rd_kafka_queue_poll(queue, (timeout + Self.grace).milliseconds) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, while: action)
        }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            rd_kafka_event_destroy(event)
            throw KafkaError(code, while: action)
        }
        return event
    }

    /// librdkafka answers at the request's timeout by itself; this is for the answer to arrive.
    private static let grace = Duration.seconds(1)
}
