import AuditTrail
import Foundation
import LoginContracts
import ValidatorService

/// A trail that somebody looks at, and the log that says so.
///
/// What is shown is recorded before it is shown: when the log cannot be written, nothing is.
struct RecordedTrail {
    let reader: TrailReader
    /// `nil` when nothing is recorded.
    let log: AccessLog?
    private let purpose: String?

    /// - Parameters:
    ///   - path: the trail's database.
    ///   - makesCopies: whether the command makes something to take away.
    init(
        path: String,
        settings: ServiceConfiguration.Audit,
        purpose: String?,
        makesCopies: Bool
    ) throws {
        let isNeeded =
            switch settings.requirePurpose {
            case .off: false
            case .exports: makesCopies
            case .always: true
            }
        guard purpose != nil || !isNeeded else {
            throw CommandFailure(.usage, "Say why you ask with --purpose: AUDIT_REQUIRE_PURPOSE wants it.")
        }
        self.reader = try TrailReader(path: path)
        self.purpose = purpose
        guard let logPath = try settings.accessLogPath(ofTrail: path) else {
            self.log = nil
            return
        }
        do throws(TrailError) {
            self.log = try AccessLog(path: logPath)
        } catch {
            throw Self.unrecorded(error)
        }
    }

    /// Records a look at the trail.
    ///
    /// - Parameters:
    ///   - entries: how many entries are shown; `nil` at the beginning of something long.
    /// - Returns: the number of the record, `nil` when nothing is recorded.
    @discardableResult
    func record(_ action: String, _ question: [String: String] = [:], entries: Int?) throws -> Int64? {
        guard let log else { return nil }
        let entry = AccessEntry(
            at: .now,
            trailID: self.reader.trailID,
            who: Self.user,
            action: action,
            question: question,
            entries: entries.map(Int64.init),
            purpose: self.purpose
        )
        do throws(TrailError) {
            return try log.record(entry)
        } catch {
            throw Self.unrecorded(error)
        }
    }

    /// Records the beginning of something long, and after `body` its end with the number of entries that it returns.
    func recording(_ action: String, _ question: [String: String] = [:], _ body: () throws -> Int64) throws {
        let beginning = try self.record(action, question, entries: nil)
        let count = try body()
        guard let beginning else { return }
        try self.record("\(action).finished", ["began": "\(beginning)"], entries: Int(count))
    }

    func close() {
        self.log?.close()
        self.reader.close()
    }

    /// Copies the log beside a copy of the trail.
    func backUpLog(toBeside path: String) throws {
        try self.log?.backUp(to: try AccessLog.path(besideTrail: path))
    }

    /// The user's name, and the number that the system knows them by: a name can be given to another.
    static let user = "\(NSUserName()) (\(getuid()))"

    private static func unrecorded(_ error: TrailError) -> CommandFailure {
        CommandFailure(
            error.code == .invalid ? .usage : .failed,
            "The look at the trail cannot be recorded, so nothing is shown: \(error) AUDIT_ACCESS_LOG can name another file."
        )
    }
}
