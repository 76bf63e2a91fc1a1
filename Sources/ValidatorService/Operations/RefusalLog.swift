import HTTPTypes
import Logging
import Synchronization

/// Logs that somebody was refused, at most one line in ``interval``: a flood of requests must not become one of the log.
final class RefusalLog: Sendable {
    private let logger: Logger
    private let state = Mutex<(next: ContinuousClock.Instant?, suppressed: Int)>((nil, 0))

    static let interval: Duration = .seconds(5)

    init(logger: Logger) {
        self.logger = logger
    }

    func log(_ refusal: OperatorAccess.Refusal, peer: String) {
        let now = ContinuousClock.now
        let suppressed: Int? = self.state.withLock { state in
            if let next = state.next, next > now {
                state.suppressed += 1
                return nil
            }
            defer { state = (now + Self.interval, 0) }
            return state.suppressed
        }
        guard let suppressed else { return }
        self.logger.warning(
            "A request about the mass-kick guards was refused",
            metadata: [
                "status": "\(refusal.status.code)", "rule": "\(refusal.message)", "peer": "\(peer)",
                "suppressed": "\(suppressed)",
            ]
        )
    }
}
