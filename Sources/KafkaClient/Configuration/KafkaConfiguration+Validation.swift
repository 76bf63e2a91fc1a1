import CRDKafka

extension KafkaConfiguration {
    /// Everything that is wrong with this configuration, empty if nothing is.
    ///
    /// Names and values are checked by librdkafka (`rd_kafka_conf_set`) without connecting to anything. Whether values
    /// fit together is only found when a client is made.
    package func problems() -> [KafkaError] {
        var problems: [KafkaError] = []
        if self.bootstrapServers.allSatisfy(\.isWhitespace) {
            problems.append(Self.problem("bootstrap.servers", "is empty. Name at least one broker as host:port"))
        }
        let configuration: OpaquePointer = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(configuration) }
        for (name, value) in self.properties.sorted(by: { $0.key < $1.key }) {
            if let problem = self.protectionProblem(name, value) {
                problems.append(problem)
                continue
            }
            do throws(KafkaError) {
                try Self.set(name, value, in: configuration)
            } catch {
                problems.append(error)
            }
        }
        return problems
    }

    /// Sets one property. librdkafka's own message is not used: it repeats the value.
    static func set(_ name: String, _ value: String, in configuration: OpaquePointer) throws(KafkaError) {
        guard !name.utf8.contains(0), !value.utf8.contains(0) else {
            throw Self.problem(name, "holds a zero byte. Remove it")
        }
        switch rd_kafka_conf_set(configuration, name, value, nil, 0) {
        case RD_KAFKA_CONF_OK:
            return
        case RD_KAFKA_CONF_UNKNOWN:
            throw Self.problem(
                name,
                "is unknown to librdkafka \(KafkaLibrary.version). Correct its name, see librdkafka's CONFIGURATION.md"
            )
        default:
            throw Self.problem(
                name,
                "has a value that librdkafka \(KafkaLibrary.version) does not accept. "
                    + "Correct it, see librdkafka's CONFIGURATION.md"
            )
        }
    }
}
