import Foundation
import KafkaClient
import Logging

/// The cluster that a test runs against: the real one named by `KAFKA_BOOTSTRAP_SERVERS`, else an embedded one.
struct TestCluster: Sendable {
    let bootstrapServers: String
    /// The embedded broker, which lives as long as this value; nil with a real cluster.
    let embedded: EmbeddedBroker?
    /// Part of every name, so that runs against one real cluster do not meet.
    let suffix = UUID().uuidString.prefix(8).lowercased()

    static let realBootstrapServers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]
    static let isReal = Self.realBootstrapServers != nil
    /// Why a test that only a real broker can pass is skipped.
    static let needsRealBroker = "The embedded broker cannot show this: set KAFKA_BOOTSTRAP_SERVERS"

    static let quiet: Logger = {
        var logger = Logger(label: "KafkaClientTests") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel =
            ProcessInfo.processInfo.environment["KAFKA_TEST_LOG"].flatMap { Logger.Level(rawValue: $0) } ?? .critical
        return logger
    }()

    init() throws {
        if let servers = Self.realBootstrapServers {
            self.bootstrapServers = servers
            self.embedded = nil
        } else {
            let broker = try EmbeddedBroker(logger: Self.quiet)
            self.bootstrapServers = broker.bootstrapServers
            self.embedded = broker
        }
    }

    /// A cluster in this process, also when a real one is named: for faults that only it can be told to have.
    init(embedded broker: EmbeddedBroker) {
        self.bootstrapServers = broker.bootstrapServers
        self.embedded = broker
    }

    func name(_ name: String) -> String { "\(name)-\(self.suffix)" }

    func makeTopic(_ name: String, partitions: Int) throws -> String {
        let topic = self.name(name)
        if let embedded = self.embedded {
            try embedded.createTopic(topic, partitions: partitions)
        } else {
            let administrator = try KafkaAdministrator(configuration: self.configuration(), logger: Self.quiet)
            try administrator.createTopic(topic, partitions: partitions, replicationFactor: 1, timeout: .seconds(20))
        }
        return topic
    }

    /// How to reach the cluster, with the given properties added to those that make the tests quick.
    ///
    /// The refresh is out of step with the embedded broker's joins, which take whole seconds: an answer to it that comes
    /// while a new leader waits for metadata makes librdkafka join once more, and in step with it again and again.
    func configuration(_ properties: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration(
            bootstrapServers: self.bootstrapServers,
            clientID: "kafka-client-tests",
            properties: ["topic.metadata.refresh.interval.ms": "730"].merging(properties) { $1 }
        )
    }

    func makeConsumer(
        _ delegate: any KafkaConsumerDelegate,
        group: String = "group",
        instance: String? = nil,
        topics: [String],
        maximumBatchRecords: Int = KafkaConsumer.maximumBatchRecords,
        properties: [String: String] = [:]
    ) throws -> KafkaConsumer {
        // The embedded broker answers a fetch of an empty partition only when this time is over.
        let defaults = ["fetch.wait.max.ms": "20", "session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]
        return try KafkaConsumer(
            configuration: self.configuration(defaults.merging(properties) { $1 }),
            groupID: self.name(group),
            groupInstanceID: instance,
            topics: topics,
            maximumBatchRecords: maximumBatchRecords,
            delegate: delegate,
            logger: Self.quiet
        )
    }

    func makeProducer(
        _ mode: KafkaProducer.Mode = .idempotent,
        properties: [String: String] = [:]
    ) throws -> KafkaProducer {
        try KafkaProducer(configuration: self.configuration(properties), mode: mode, logger: Self.quiet)
    }

    /// Writes records with the values `"0"`, `"1"`, … to a partition, and waits for them.
    func fill(_ topic: String, partition: Int32, count: Int) throws {
        let producer = try self.makeProducer()
        for index in 0..<count {
            try producer.produce(
                KafkaProducerRecord(topic: topic, value: Array("\(index)".utf8), partition: partition)
            )
        }
        try producer.flush(timeout: .seconds(20))
        producer.close()
    }
}

extension ContinuousClock.Instant {
    /// A deadline generous enough for a slow machine.
    static var soon: Self { .now + .seconds(10) }
}
