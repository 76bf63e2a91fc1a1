import KafkaClient
import Synchronization

/// The membership of the consumer group as it was at the newest assignment.
///
/// Offsets are sent with the membership of the assignment they belong to, not with the one of the moment, so that a
/// transaction that was held up beyond a rebalance is refused by the broker.
final class GroupGenerations: Sendable {
    private let newest = Mutex<(epoch: UInt64, metadata: KafkaGroupMetadata)?>(nil)

    func assigned(epoch: UInt64, metadata: KafkaGroupMetadata) {
        self.newest.withLock { $0 = (epoch, metadata) }
    }

    /// `nil` when that assignment is no longer the newest.
    subscript(epoch: UInt64) -> KafkaGroupMetadata? {
        self.newest.withLock { $0?.epoch == epoch ? $0?.metadata : nil }
    }
}
