extension KafkaConfiguration {
    /// What is done when a protected property is given in ``properties``.
    package enum Protection: Hashable, Sendable {
        /// Only these values are accepted; the first is what this module sets.
        case fixed([String])
        /// It has a setting of its own, outside of ``properties``.
        case ownSetting
        /// It is refused, for this reason.
        case refused(String)
    }

    /// The properties, with their aliases, that ``properties`` cannot change.
    package static let protectedProperties: [String: Protection] = [
        "bootstrap.servers": .ownSetting,
        "metadata.broker.list": .ownSetting,
        "client.id": .ownSetting,
        "group.id": .ownSetting,
        "group.instance.id": .ownSetting,
        "transactional.id": .ownSetting,
        "transaction.timeout.ms": .ownSetting,
        "auto.offset.reset": .ownSetting,
        "enable.auto.commit": .fixed(["false"]),
        "auto.commit.enable": .fixed(["false"]),
        "enable.auto.offset.store": .fixed(["false"]),
        "enable.partition.eof": .fixed(["false"]),
        "isolation.level": .fixed(["read_committed"]),
        "enable.idempotence": .fixed(["true"]),
        "acks": .fixed(["all", "-1"]),
        "request.required.acks": .fixed(["all", "-1"]),
        "delivery.report.only.error": .fixed(["false"]),
        "log.queue": .fixed(["false"]),
        "group.protocol": .fixed(["classic"]),
        "offset.store.method": .fixed(["broker"]),
        "enabled_events": .refused("events would no longer reach this module's callbacks"),
        "test.mock.num.brokers": .refused("it replaces the brokers by an embedded cluster"),
    ]

    /// The problem with one given property that this module protects, if there is one.
    func protectionProblem(_ name: String, _ value: String) -> KafkaError? {
        if name == "partition.assignment.strategy", value.lowercased().contains("cooperative") {
            return Self.problem(
                name,
                "is refused: this consumer gives up and takes partitions all at once. "
                    + "Use range, roundrobin or both"
            )
        }
        switch Self.protectedProperties[name] {
        case nil:
            return nil
        case .fixed(let accepted):
            guard !accepted.contains(value.lowercased()) else { return nil }
            return Self.problem(name, "must stay \(accepted[0]): another value would break a guarantee. Remove it")
        case .ownSetting:
            return Self.problem(name, "has a setting of its own. Remove it from the further properties and use that")
        case .refused(let reason):
            return Self.problem(name, "is refused: \(reason). Remove it")
        }
    }

    /// An error about one property. It names the property, never its value.
    static func problem(_ name: String, _ sentence: String, file: String = #fileID, line: Int = #line) -> KafkaError {
        KafkaError(
            code: .configuration,
            message: "The Kafka property \(Self.printable(name)) \(sentence).",
            file: file,
            line: line
        )
    }

    /// A name fit for a message: bounded, and without control characters.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.prefix(Self.maximumNameLength).map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }
            )
        )
    }

    /// Characters of a property's name that a message repeats.
    private static let maximumNameLength = 128
}
