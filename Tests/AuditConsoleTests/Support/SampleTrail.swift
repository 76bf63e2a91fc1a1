import AuditTrail
import CSQLite
import Foundation
import Logging
import LoginContracts

/// A trail on disk that is gone when the test is.
final class SampleTrail: Sendable {
    let folder: String
    var path: String { self.folder + "/audit.db" }
    let signer: NoteSigner

    /// When the first entry was recorded: a fixed day, so that texts and pictures do not change.
    static let start: Int64 = 1_790_000_000_000

    /// - Parameters:
    ///   - start: When the first entry was recorded.
    ///   - spacing: Milliseconds between two.
    init(
        decisions: Int,
        start: Int64 = SampleTrail.start,
        spacing: Int64 = 1000,
        sealed: Bool = true,
        change: (inout ValidationEntry, Int) -> Void = { _, _ in }
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-console-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        self.folder = folder.path
        self.signer = try NoteSigner(name: "login-validator/test", privateKey: Array(repeating: 7, count: 32))
        var entries: [ValidationEntry] = []
        for place in 0..<decisions {
            var entry = ValidationEntry.sample(place, at: start + Int64(place) * spacing)
            change(&entry, place)
            entries.append(entry)
        }
        let writer = try TrailWriter(path: self.path, instanceID: "validator-1", logger: .silent)
        defer { writer.close() }
        _ = try writer.append(
            ServiceEntry(
                kind: .started,
                recordedAt: Timestamp(start - 1000),
                instanceID: "validator-1",
                message: "The service has started."
            )
        )
        for batch in stride(from: 0, to: entries.count, by: 500) {
            let range = try writer.append(Array(entries[batch..<min(batch + 500, entries.count)]))
            guard let last = range.last, let first = range.first else { continue }
            _ = try writer.append(
                [],
                deliveries: [
                    EntryDelivery(
                        indices: first...last,
                        state: .committed,
                        at: Timestamp(
                            entries[min(batch + 500, entries.count) - 1].recordedAt.millisecondsSince1970 + 12
                        )
                    )
                ]
            )
        }
        if sealed {
            _ = try writer.checkpoint(signedBy: self.signer, at: Timestamp(start + Int64(decisions) * spacing))
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// Adds decisions that no checkpoint covers.
    func grow(by count: Int, from place: Int) throws {
        let writer = try TrailWriter(path: self.path, instanceID: "validator-1", logger: .silent)
        defer { writer.close() }
        let entries = (place..<(place + count)).map { ValidationEntry.sample($0, at: Self.start + Int64($0) * 1000) }
        _ = try writer.append(entries)
    }

    /// Signs the trail as it stands.
    func seal() throws {
        let writer = try TrailWriter(path: self.path, instanceID: "validator-1", logger: .silent)
        defer { writer.close() }
        _ = try writer.checkpoint(signedBy: self.signer, at: Timestamp(Self.start))
    }

    /// Changes the file as somebody would who may write it.
    func tamper(_ sql: String) throws {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        let guards = ["entries", "deliveries", "checkpoints", "tree_nodes"].flatMap {
            ["DROP TRIGGER IF EXISTS \($0)_are_never_changed;", "DROP TRIGGER IF EXISTS \($0)_are_never_removed;"]
        }
        guard sqlite3_open(self.path, &connection) == SQLITE_OK,
            sqlite3_exec(connection, guards.joined() + sql, nil, nil, nil) == SQLITE_OK
        else {
            throw Client.Failure(
                description: "the trail cannot be changed: \(String(cString: sqlite3_errmsg(connection)))"
            )
        }
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension ValidationEntry {
    /// A day's mixture: passes mostly; every seventh a kick, and some of everything else.
    static func sample(_ place: Int, at time: Int64) -> ValidationEntry {
        let record = SourceRecord(
            partition: SourcePartition(topic: "login.events", partition: Int32(place % 4)),
            offset: Int64(place / 4),
            timestamp: Timestamp(time - 250),
            key: Array("player-\(place % 50)".utf8),
            value: Array("event \(place)".utf8)
        )
        var entry = ValidationEntry(
            identity: RecordIdentity(of: record, clusterID: "cluster-a"),
            recordedAt: Timestamp(time),
            eventID: "event-\(place)",
            occurredAt: Timestamp(time - 300),
            kgAppId: place % 5 == 0 ? "900200" : "900100",
            playerId: "player-\(place % 50)",
            sessionId: "session-\(place)",
            platform: .mobile,
            tokenFingerprint: (0..<32).map { UInt8(truncatingIfNeeded: place &* 31 &+ $0) },
            decision: .pass,
            httpStatus: 200,
            playerStatus: "normal",
            attempts: 1,
            platformLatency: .microseconds(12_000 + place % 900),
            instanceID: "validator-1",
            policyVersion: "guarded"
        )
        entry.becomeUnusual(place)
        return entry
    }

    private mutating func becomeUnusual(_ place: Int) {
        func kick(_ reason: DecisionReason, _ status: Int, _ code: Int?, _ message: String) {
            self.decision = .kick
            (self.reason, self.httpStatus, self.apiCode, self.message) = (reason, status, code, message)
            self.playerStatus = nil
        }
        switch place % 56 {
        case 7, 14, 21, 28: kick(.tokenInvalid, 401, -29401, "Token is invalid. (401.-29401)")
        case 35: kick(.sanctioned, 464, -10102, "There is a valid sanction. (464.-10102)")
        case 42: kick(.pendingUnregistration, 462, nil, "The player has asked to leave.")
        case 49:
            kick(.lockedOut, 463, -10103, "There is a valid lockout. (463.-10103)")
            self.decision = .lockout
            self.lockout = Lockout(
                kgAppId: self.kgAppId,
                certMethod: "phone",
                reason: "stolen account",
                lockoutCode: "L1"
            )
        case 50:
            self.decision = .undetermined
            (self.reason, self.httpStatus, self.attempts) = (.platformUnavailable, 503, 6)
        case 51:
            self.decision = .rejected
            (self.reason, self.httpStatus, self.attempts, self.platformLatency) = (.malformed, nil, 0, nil)
            self.message = "accessToken must be a string"
        default: break
        }
    }
}
