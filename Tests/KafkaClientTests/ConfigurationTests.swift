import KafkaClient
import Testing

@Suite struct ConfigurationTests {
    static let secret = "p4ssw0rd-that-nobody-may-see"

    private func configuration(_ properties: [String: String]) -> KafkaConfiguration {
        KafkaConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test", properties: properties)
    }

    @Test(arguments: [
        ("no.such.property", "x"), ("fetch.wait.max.ms", "p4ssw0rd-that-nobody-may-see"),
        ("enable.auto.commit", "true"), ("isolation.level", "read_uncommitted"), ("enable.idempotence", "false"),
        ("acks", "1"), ("group.id", "other"), ("transactional.id", "other"), ("bootstrap.servers", "elsewhere:9092"),
        ("metadata.broker.list", "elsewhere:9092"), ("partition.assignment.strategy", "cooperative-sticky"),
        ("test.mock.num.brokers", "1"), ("enabled_events", "1"), ("auto.offset.reset", "latest"),
        ("sasl.password", "zero\u{0}byte"),
    ])
    func badPropertyIsNamedAndItsValueIsNot(name: String, value: String) throws {
        let configuration = self.configuration([name: value])
        let problem = try #require(configuration.problems().first)
        #expect(configuration.problems().count == 1)
        #expect(problem.code == .configuration)
        #expect(problem.description.contains(name))
        if value.count > 8 { #expect(!problem.description.contains(value)) }
        #expect(throws: KafkaError.self) {
            try KafkaProducer(configuration: configuration, mode: .idempotent, logger: TestCluster.quiet)
        }
        #expect(throws: KafkaError.self) {
            try KafkaConsumer(
                configuration: configuration,
                groupID: "g",
                topics: ["t"],
                delegate: ConsumerProbe(),
                logger: TestCluster.quiet
            )
        }
    }

    @Test func everyProblemIsFoundAtOnce() {
        let configuration = KafkaConfiguration(
            bootstrapServers: " ",
            clientID: "test",
            properties: ["a.b": "1", "enable.auto.commit": "true", "linger.ms": "many", "linger.ms.x\n": "1"]
        )
        #expect(configuration.problems().count == 5)
        #expect(configuration.problems().allSatisfy { !$0.message.contains("\n") })
    }

    @Test(arguments: [
        ("enable.auto.commit", "false"), ("enable.auto.commit", "FALSE"), ("isolation.level", "read_committed"),
        ("acks", "all"), ("acks", "-1"), ("compression.type", "lz4"), ("queued.max.messages.kbytes", "1024"),
        ("partition.assignment.strategy", "roundrobin"), ("security.protocol", "plaintext"),
    ])
    func harmlessPropertyIsAccepted(name: String, value: String) throws {
        let configuration = self.configuration([name: value])
        #expect(configuration.problems().isEmpty)
        let producer = try KafkaProducer(configuration: configuration, mode: .idempotent, logger: TestCluster.quiet)
        producer.close()
    }

    @Test func noDescriptionShowsASecret() {
        let configuration = self.configuration([
            "sasl.password": Self.secret, "ssl.key.password": Self.secret, "ssl.key.pem": Self.secret,
            "sasl.oauthbearer.client.secret": Self.secret, "https.proxy": "http://user:\(Self.secret)@proxy",
            "compression.type": "zstd",
        ])
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), "\([configuration])", dumped] {
            #expect(!text.contains(Self.secret))
            #expect(text.contains("sasl.password"))
            #expect(text.contains("zstd"))
        }
    }

    @Test func clientThatCannotBeMadeKeepsItsSecrets() throws {
        let configuration = self.configuration([
            "security.protocol": "ssl", "ssl.ca.location": "/nowhere/ca.pem",
            "ssl.key.location": "/nowhere/\(Self.secret)",
            "ssl.key.password": Self.secret,
        ])
        let error = #expect(throws: KafkaError.self) {
            try KafkaProducer(configuration: configuration, mode: .idempotent, logger: TestCluster.quiet)
        }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains(Self.secret) == false)
    }

    @Test(arguments: [("", ["t"]), ("g", []), ("g", ["t", ""])])
    func consumerNeedsAGroupAndTopics(group: String, topics: [String]) {
        let error = #expect(throws: KafkaError.self) {
            try KafkaConsumer(
                configuration: self.configuration([:]),
                groupID: group,
                topics: topics,
                delegate: ConsumerProbe(),
                logger: TestCluster.quiet
            )
        }
        #expect(error?.code == .configuration)
    }

    @Test func libraryTellsItsVersion() {
        #expect(KafkaLibrary.versionNumber >= 0x0200_0000)
        #expect(KafkaLibrary.version.hasPrefix("\(KafkaLibrary.versionNumber >> 24)."))
    }
}
