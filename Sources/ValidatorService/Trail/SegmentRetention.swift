import AuditTrail
import Dispatch
import Logging
import LoginContracts
import Synchronization

/// Removes old segments of the trail, one at a time, beside everything else that the service does.
///
/// A segment may be large and the archive slow, so nobody waits for it, not even the end of the service: what is begun is
/// finished by the next start, see ``TrailWriter/removeOldestSegment(_:at:)``. What fails is warned of and tried again.
final class SegmentRetention: Sendable {
    private let trail: TrailWriter
    /// `nil` keeps every segment.
    private let policy: RetentionPolicy?
    private let logger: Logger
    private let isBusy = Atomic(false)

    init(_ configuration: ServiceConfiguration, trail: TrailWriter, logger: Logger) {
        self.trail = trail
        self.policy = configuration.audit.retention
        self.logger = logger
    }

    /// Begins to remove the oldest segment if it is old enough, unless that is under way. Returns at once.
    func begin() {
        guard let policy, !self.isBusy.exchange(true, ordering: .acquiring) else { return }
        DispatchQueue.global(qos: .utility).async {
            self.apply(policy)
            self.isBusy.store(false, ordering: .releasing)
        }
    }

    private func apply(_ policy: RetentionPolicy) {
        do throws(TrailError) {
            try self.trail.removeOldestSegment(policy, at: .now)
        } catch {
            // The service is stopping.
            guard error.code != .closed else { return }
            self.logger.warning(
                "The oldest segment of the trail is not removed; it is tried again",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
