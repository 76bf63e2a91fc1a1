import KafkaClient

/// Why the service cannot start, or cannot go on.
package struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed, on which thing, and what to do next.
    package var message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { self.message }

    /// Another member with our `group.instance.id` has joined the group.
    static func instanceTaken(_ error: KafkaError) -> ServiceError {
        ServiceError(
            "Another instance has joined the consumer group under this instance's name. Give every instance of the group an "
                + "INSTANCE_ID of its own, or stop the other one. \(error)"
        )
    }

    /// Consumption stands still, and a new client does not help.
    static func stalled(_ stall: Stall) -> ServiceError {
        ServiceError(
            "\(stall) Nothing that is known explains it, so the service ends and its supervisor should start it again."
        )
    }

    static let noTransactionalOffsets = ServiceError(
        "This broker does not keep the offsets of a transaction (the embedded broker is one that does not), so exactly-once "
            + "delivery is not possible on it. Set KAFKA_DELIVERY=at-least-once, or use an Apache Kafka broker from 2.5 on."
    )
}
