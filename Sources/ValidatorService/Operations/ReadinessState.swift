import Synchronization

/// Whether the service can do its work, as named conditions that its parts set.
///
/// The service is ready when every condition that was ever set holds, and not before one was set. Any thread.
package final class ReadinessState: Sendable {
    private let statuses = Mutex<[Condition: Status]>([:])

    /// Names one thing that must be well.
    package struct Condition: Hashable, Sendable {
        package let name: String

        package init(_ name: String) {
            self.name = name
        }

        /// The audit trail takes entries.
        package static let trail = Condition("trail")
        /// Kafka takes what is published and gives partitions.
        package static let kafka = Condition("kafka")
        /// The platform answers.
        package static let platform = Condition("platform")
        /// Partitions are assigned.
        package static let assignment = Condition("assignment")
        /// Consumption does not stand still without a known reason.
        package static let consumption = Condition("consumption")
        /// No mass-kick guard is tripped.
        package static let guardReleased = Condition("guard")
    }

    private struct Status: Hashable {
        var isReady: Bool
        var message: String
    }

    /// One condition as it is now.
    package struct Check: Hashable, Sendable {
        package var name: String
        package var isReady: Bool
        /// Why not, or a remark; may be empty.
        package var message: String
    }

    /// All conditions as they are now.
    package struct Report: Hashable, Sendable {
        /// In the order of their names.
        package var checks: [Check]
        package var isReady: Bool { !self.checks.isEmpty && self.checks.allSatisfy(\.isReady) }
    }

    /// The longest message, in bytes; a longer one is cut.
    static let maximumMessageBytes = 512

    package init() {}

    package func set(_ condition: Condition, isReady: Bool, message: String = "") {
        let status = Status(isReady: isReady, message: message.bounded(toBytes: Self.maximumMessageBytes))
        self.statuses.withLock { statuses in
            if statuses[condition] != status { statuses[condition] = status }
        }
    }

    /// The condition does not matter any more.
    package func remove(_ condition: Condition) {
        self.statuses.withLock { $0[condition] = nil }
    }

    package var report: Report {
        let statuses = self.statuses.withLock { $0 }
        let checks = statuses.map { Check(name: $0.key.name, isReady: $0.value.isReady, message: $0.value.message) }
        return Report(checks: checks.sorted { $0.name < $1.name })
    }
}
