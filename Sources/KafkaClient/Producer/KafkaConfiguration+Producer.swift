extension KafkaConfiguration {
    /// The largest record that is produced, on the wire: `message.max.bytes` among ``properties``, else
    /// ``defaultMaximumRecordBytes``.
    package var maximumRecordBytes: Int {
        self.properties["message.max.bytes"].flatMap { Int($0) } ?? Self.defaultMaximumRecordBytes
    }

    /// What a broker takes unless it is told otherwise (`message.max.bytes`, 1,048,588), without the 61 bytes of the batch
    /// around the record. librdkafka's own default is less, so it would refuse what other clients may produce.
    package static let defaultMaximumRecordBytes = 1_048_588 - 61

    /// The properties of a producer: defaults, the given ones, then those that must hold.
    func producerProperties(
        _ mode: KafkaProducer.Mode,
        transactionTimeout: Duration
    ) -> [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = [
            ("partitioner", "murmur2_random"),
            // A flush, and so the end of a transaction, sends at once whatever lingers: this only gathers batches
            // while records are still being produced.
            ("linger.ms", "5"),
            // A broker is busy for some milliseconds with the markers of the last transaction when the next begins, and
            // says so; at the default of 100 ms that is what the slowest cycles wait for.
            ("retry.backoff.ms", "10"),
            ("message.max.bytes", String(Self.defaultMaximumRecordBytes)),
        ]
        properties += self.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        properties += [
            ("bootstrap.servers", self.bootstrapServers),
            ("client.id", self.clientID),
            ("enable.idempotence", "true"),
            ("acks", "all"),
            ("delivery.report.only.error", "false"),
        ]
        if case .transactional(let id) = mode {
            properties += [
                ("transactional.id", id),
                ("transaction.timeout.ms", String(transactionTimeout.milliseconds)),
            ]
        }
        return properties
    }
}
