import CRDKafka

extension KafkaProducer {
    /// Copies a record into the producer's queue; it is sent in the background.
    ///
    /// If the queue is full this serves delivery reports and tries again, at most ``maximumQueueWait``, then throws
    /// ``KafkaError/Code/queueFull``. The record is durable only after ``flush(timeout:)`` or a commit.
    package func produce(_ record: KafkaProducerRecord) throws(KafkaError) {
        let client = try self.client("produce to \(record.topic)")
        var deadline: ContinuousClock.Instant?
        while true {
            guard let error = Self.enqueue(record, client) else { return }
            let isFull = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL
            let failure = KafkaError(consuming: error, while: "produce to \(record.topic)")
            guard isFull else { throw failure }
            let now = ContinuousClock.now
            if let deadline, now >= deadline { throw failure }
            if deadline == nil { deadline = now + Self.maximumQueueWait }
            rd_kafka_poll(client.raw, Self.queuePollMilliseconds)
        }
    }

    /// How long ``produce(_:)`` waits for a place in the queue.
    package static let maximumQueueWait = Duration.seconds(10)
    private static let queuePollMilliseconds: Int32 = 50

    /// Waits until every record produced since the last flush is acknowledged by the broker.
    ///
    /// In transactional mode a commit does this by itself. If a record cannot be delivered or the time is over, the
    /// others that were not sent yet are taken back and the first error is thrown; it is not known then which of the
    /// records in flight were written.
    package func flush(timeout: Duration) throws(KafkaError) {
        let client = try self.client("flush the producer")
        let deadline = ContinuousClock.now + timeout
        var code = RD_KAFKA_RESP_ERR__TIMED_OUT
        while self.deliveries.firstError == nil {
            let remaining = ContinuousClock.now.duration(to: deadline)
            // In slices, so that the first failure is noticed while others still wait.
            code = rd_kafka_flush(client.raw, min(remaining, Self.flushSlice).milliseconds)
            if code != RD_KAFKA_RESP_ERR__TIMED_OUT || remaining <= .zero { break }
        }
        defer { self.deliveries.reset() }
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, self.deliveries.firstError == nil { return }
        let first = self.deliveries.firstError
        rd_kafka_purge(client.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_flush(client.raw, Self.maximumPurge.milliseconds)
        throw first ?? KafkaError(code, while: "flush the producer")
    }

    private static let flushSlice = Duration.milliseconds(100)
    /// Serving the delivery reports of what was purged: it needs no broker.
    private static let maximumPurge = Duration.seconds(1)

    /// - Returns: the error object of librdkafka, which the caller destroys.
    private static func enqueue(_ record: KafkaProducerRecord, _ client: LibraryHandle) -> OpaquePointer? {
        let headers = Self.headers(record.headers)
        let error = record.topic.withCString { topic in
            Self.withBytes(record.key) { key in
                Self.withBytes(record.value) { value in
                    Self.produce(record, client, topic: topic, key: key, value: value, headers: headers)
                }
            }
        }
        // librdkafka takes the headers over only when it succeeds.
        if error != nil, let headers { rd_kafka_headers_destroy(headers) }
        return error
    }

    private static func produce(
        _ record: KafkaProducerRecord,
        _ client: LibraryHandle,
        topic: UnsafePointer<CChar>,
        key: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer,
        headers: OpaquePointer?
    ) -> OpaquePointer? {
        withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { arguments in
            var count = 0
            func add(_ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t) -> Void) {
                var argument = rd_kafka_vu_t()
                argument.vtype = type
                fill(&argument)
                arguments.initializeElement(at: count, to: argument)
                count += 1
            }
            add(RD_KAFKA_VTYPE_TOPIC) { $0.u.cstr = topic }
            add(RD_KAFKA_VTYPE_PARTITION) { $0.u.i32 = record.partition ?? RD_KAFKA_PARTITION_UA }
            add(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = Int32(RD_KAFKA_MSG_F_COPY) }
            add(RD_KAFKA_VTYPE_KEY) {
                $0.u.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
                $0.u.mem.size = key.count
            }
            add(RD_KAFKA_VTYPE_VALUE) {
                $0.u.mem.ptr = UnsafeMutableRawPointer(mutating: value.baseAddress)
                $0.u.mem.size = value.count
            }
            if let timestamp = record.timestampMilliseconds {
                add(RD_KAFKA_VTYPE_TIMESTAMP) { $0.u.i64 = timestamp }
            }
            if let headers { add(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = headers } }
            return rd_kafka_produceva(client.raw, arguments.baseAddress, count)
        }
    }

    private static func headers(_ headers: [KafkaHeader]) -> OpaquePointer? {
        guard !headers.isEmpty, let list = rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers {
            var name = header.name
            name.withUTF8 { name in
                Self.withBytes(header.value) { value in
                    _ = rd_kafka_header_add(list, name.baseAddress, name.count, value.baseAddress, value.count)
                }
            }
        }
        return list
    }

    /// The bytes with an address, unless they are nil: to librdkafka no address is null, and an address with no bytes
    /// is empty.
    private static func withBytes<Result>(
        _ bytes: [UInt8]?,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        guard let bytes else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard !bytes.isEmpty else {
            return withUnsafeBytes(of: UInt8(0)) { body(UnsafeRawBufferPointer(start: $0.baseAddress, count: 0)) }
        }
        return bytes.withUnsafeBytes(body)
    }
}
