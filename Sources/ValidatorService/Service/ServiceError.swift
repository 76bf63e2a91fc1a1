/// Why the service cannot start, or cannot go on.
package struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed, on which thing, and what to do next.
    package var message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { self.message }

    static let noTransactionalOffsets = ServiceError(
        "This broker does not keep the offsets of a transaction (the embedded broker is one that does not), so exactly-once "
            + "delivery is not possible on it. Set KAFKA_DELIVERY=at-least-once, or use an Apache Kafka broker from 2.5 on."
    )
}
