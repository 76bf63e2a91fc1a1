extension KafkaConfiguration {
    /// The properties of a consumer: defaults, the given ones, then those that must hold.
    func consumerProperties(
        groupID: String,
        groupInstanceID: String?,
        autoOffsetReset: KafkaConsumer.AutoOffsetReset
    ) -> [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = [("partition.assignment.strategy", "range,roundrobin")]
        properties += Self.prefetchProperties
        properties += self.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        properties += [
            ("bootstrap.servers", self.bootstrapServers),
            ("client.id", self.clientID),
            ("group.id", groupID),
            ("auto.offset.reset", autoOffsetReset.rawValue),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("enable.partition.eof", "false"),
            ("isolation.level", "read_committed"),
        ]
        if let groupInstanceID { properties.append(("group.instance.id", groupInstanceID)) }
        return properties
    }

    /// How much librdkafka fetches ahead of the demand, for each partition.
    ///
    /// Before 2.2 a partition whose queue was full when a fetch response came is looked at again only after up to a
    /// second, so the queue has to hold what is consumed in a second. From 2.2 on that time is `fetch.queue.backoff.ms`
    /// and a small queue does as well.
    private static var prefetchProperties: [(name: String, value: String)] {
        if KafkaLibrary.versionNumber >= 0x0202_0000 {
            [
                ("queued.min.messages", "6000"), ("queued.max.messages.kbytes", "2048"),
                ("fetch.queue.backoff.ms", "5"),
            ]
        } else {
            // Six partitions of these are 30 MB; a single one is consumed at 6000 records a second at most.
            [("queued.min.messages", "6000"), ("queued.max.messages.kbytes", "2048")]
        }
    }
}
