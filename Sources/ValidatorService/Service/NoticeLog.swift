import Logging
import LoginContracts
import Synchronization
import ValidationPipeline

/// Writes what happens in the engine to the log, at most one line of a kind in ``interval``.
///
/// A platform that is down fails thousands of attempts a second; the log says so once, with how many were left out.
final class NoticeLog: Sendable {
    private let logger: Logger
    private let kinds = Mutex<[Kind: (next: ContinuousClock.Instant, suppressed: Int)]>([:])

    static let interval: Duration = .seconds(5)

    private enum Kind: Hashable {
        case attemptFailed, unexpectedStatus, trailFailed, publicationFailed, superseded, deliveredBefore
    }

    init(logger: Logger) {
        self.logger = logger
    }

    func log(_ notice: PipelineNotice) {
        switch notice {
        case .decided(let record):
            self.logger.debug(
                "Decided",
                metadata: [
                    "event": "\(record.entry.eventID)", "decision": "\(record.entry.decision.rawValue)",
                    "reason": "\(record.entry.reason?.rawValue ?? "-")",
                ]
            )
        case .attemptFailed(let failure, let attempt):
            self.log(.attemptFailed, .warning, "The platform could not be asked") {
                ["kind": "\(failure.kind)", "error": "\(failure.message)", "attempt": "\(attempt)"]
            }
        case .unexpectedStatus(let status, let kgAppId):
            self.log(.unexpectedStatus, .error, "The platform's answer points at our configuration or the network") {
                ["status": "\(status)", "kgAppId": "\(kgAppId)"]
            }
        case .willRetry: break
        case .trailFailed(let failure):
            self.log(.trailFailed, .error, "The trail refuses; nothing is published until it accepts") {
                ["error": "\(failure.message)"]
            }
        case .publicationFailed(let failure):
            self.log(.publicationFailed, .warning, "A publication did not take place; it will be tried again") {
                ["error": "\(failure.message)"]
            }
        case .cycleCompleted: break
        case .hostAvailability(let host, let isAvailable):
            self.logger.log(
                level: isAvailable ? .notice : .error,
                isAvailable
                    ? "The platform answers again" : "The platform does not answer; events wait, and probes go out",
                metadata: ["host": "\(host)"]
            )
        case .appAvailability(let kgAppId, let isAvailable):
            self.logger.log(
                level: isAvailable ? .notice : .error,
                isAvailable
                    ? "The app can be validated again"
                    : "The app cannot be validated; its events wait, and probes go out",
                metadata: ["kgAppId": "\(kgAppId)"]
            )
        case .guardChanged(let transition):
            self.logger.log(
                level: transition.change == .tripped ? .critical : .notice,
                transition.change == .tripped ? "The mass-kick guard has tripped" : "The mass-kick guard is released",
                metadata: [
                    "kgAppId": "\(transition.kgAppId)", "cause": "\(transition.cause.rawValue)",
                    "explanation": "\(transition.explanation)", "waitingEvents": "\(transition.waitingEvents)",
                ]
            )
        case .deliveredBefore(let records):
            self.log(
                .deliveredBefore,
                .notice,
                "Kafka delivers records again whose decisions were delivered and removed since: they are only committed"
            ) { ["records": "\(records)"] }
        case .superseded(let entries):
            self.log(.superseded, .notice, "Another instance decided records of this trail") {
                ["entries": "\(entries)"]
            }
        }
    }

    private func log(_ kind: Kind, _ level: Logger.Level, _ message: Logger.Message, _ metadata: () -> Logger.Metadata)
    {
        let now = ContinuousClock.now
        let suppressed: Int? = self.kinds.withLock { kinds in
            if let known = kinds[kind], known.next > now {
                kinds[kind]?.suppressed += 1
                return nil
            }
            let suppressed = kinds[kind]?.suppressed ?? 0
            kinds[kind] = (now + Self.interval, 0)
            return suppressed
        }
        guard let suppressed else { return }
        var metadata = metadata()
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        self.logger.log(level: level, message, metadata: metadata)
    }
}
