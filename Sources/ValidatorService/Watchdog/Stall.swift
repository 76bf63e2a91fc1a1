package import LoginContracts

/// Consumption stands still, and nothing that is known explains it.
package struct Stall: Hashable, Sendable {
    package var cause: Cause
    /// For how long it has been watched.
    package var duration: Duration

    /// What stands still.
    package enum Cause: Hashable, Sendable {
        /// The consumer's thread makes no turns: something blocks it.
        case consumerThread
        /// The engine's loop does not answer.
        case engine
        /// The group gives no assignment, not even an empty one.
        case assignment
        /// Kafka holds a record at that offset, and it is not delivered.
        case delivery(SourcePartition, offset: Int64)
        /// Records were received, and none of them is ever completed.
        case completion(SourcePartition, unfinished: Int)
    }

    package init(_ cause: Cause, duration: Duration) {
        self.cause = cause
        self.duration = duration
    }
}

extension Stall {
    /// What it is about, whatever the numbers: two stalls with the same subject are the same trouble.
    enum Subject: Hashable {
        case consumerThread
        case engine
        case assignment
        case partition(SourcePartition)
    }

    var subject: Subject {
        switch self.cause {
        case .consumerThread: .consumerThread
        case .engine: .engine
        case .assignment: .assignment
        case .delivery(let partition, _), .completion(let partition, _): .partition(partition)
        }
    }

    /// Whether a new client could help: not when what would have to make it does not answer.
    var isRecoverable: Bool {
        switch self.cause {
        case .consumerThread, .engine: false
        case .assignment, .delivery, .completion: true
        }
    }
}

extension Stall.Cause {
    /// A short name for metrics.
    package var name: String {
        switch self {
        case .consumerThread: "consumerThread"
        case .engine: "engine"
        case .assignment: "assignment"
        case .delivery: "delivery"
        case .completion: "completion"
        }
    }
}

extension Stall: CustomStringConvertible {
    package var description: String {
        let seconds = "\(self.duration.components.seconds) s"
        return switch self.cause {
        case .consumerThread: "The consumer's thread has not polled for \(seconds): a call it made does not return."
        case .engine: "The engine has not answered for \(seconds)."
        case .assignment: "The consumer group has given no assignment for \(seconds), although the brokers answer."
        case .delivery(let partition, let offset):
            "\(partition) holds a record at offset \(offset) that has not been delivered "
                + "for \(seconds)."
        case .completion(let partition, let unfinished):
            "\(unfinished) records of \(partition) are unfinished, and none was "
                + "completed for \(seconds)."
        }
    }
}
