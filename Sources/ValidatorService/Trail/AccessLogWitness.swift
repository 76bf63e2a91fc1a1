package import AuditTrail
import Logging
import Synchronization

/// Puts the state of the access log into the trail whenever it has grown, so that the trail's checkpoints cover it: who
/// changes or cuts the log afterwards is found by `audit verify`.
///
/// Only looks at the log, which auditors write. Every call blocks; calls from several threads are served one by one.
final class AccessLogWitness: Sendable {
    private let trail: TrailWriter
    private let instanceID: String
    /// `nil` when nothing is recorded.
    private let path: String?
    private let logger: Logger
    /// What was put into the trail last by this process.
    private let seen = Mutex<AccessLogHead?>(nil)

    init(_ configuration: ServiceConfiguration, trail: TrailWriter, logger: Logger) throws(TrailError) {
        self.trail = trail
        self.instanceID = configuration.instanceID
        self.path = try configuration.audit.accessLogPath(ofTrail: configuration.audit.database)
        self.logger = logger
    }

    /// Adds an entry to the trail if the log has grown. A log that cannot be read is only warned of: the trail goes on.
    func look() {
        guard let path else { return }
        self.seen.withLock { seen in
            do throws(TrailError) {
                try self.look(path, &seen)
            } catch {
                if error.code == .missing, seen == nil { return }
                self.logger.warning("The access log cannot be put into the trail", metadata: ["error": "\(error)"])
            }
        }
    }

    private func look(_ path: String, _ seen: inout AccessLogHead?) throws(TrailError) {
        let log = try AccessLog(reading: path)
        defer { log.close() }
        let head = try log.head()
        guard head.size > 0, head != seen else { return }
        if let before = seen, try !log.continues(before) {
            self.logger.error(
                "The access log was changed or cut: keep it for examination",
                metadata: ["path": "\(path)", "before": "\(before.size)", "now": "\(head.size)"]
            )
        }
        let entry = ServiceEntry(
            kind: .accessLogged,
            recordedAt: .now,
            instanceID: self.instanceID,
            message: "The access log has \(head.size) entries.",
            details: head.details
        )
        _ = try self.trail.append(entry)
        seen = head
    }
}

extension ServiceConfiguration.Audit {
    /// Where looks at a trail are recorded, `nil` for nowhere.
    package func accessLogPath(ofTrail path: String) throws(TrailError) -> String? {
        switch self.accessLog {
        case .besideTrail: try AccessLog.path(besideTrail: path)
        case .at(let path): path
        case .off: nil
        }
    }
}
