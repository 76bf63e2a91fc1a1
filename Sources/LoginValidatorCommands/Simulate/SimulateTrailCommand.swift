import ArgumentParser
import AuditTrail
import Foundation
import Logging
import LoginContracts
import ValidatorService

/// `simulate trail`: a trail of any size, to measure and to try things on.
struct SimulateTrailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trail",
        abstract: "Makes an audit trail of invented decisions, with deliveries and checkpoints.",
        discussion: "Two runs with the same numbers make the same entries. The signing key is invented as well."
    )

    @Argument(help: "The database file to make, which must not exist.")
    var path: String

    @Option(help: "How many decisions.")
    var entries: Int64 = 100_000

    @Option(help: "How many players they are about.")
    var players: Int64 = 1_000_000

    @Option(help: "Over how many days they are spread, until now.")
    var days: Int64 = 30

    @Option(help: "Seal the file whenever it has so many megabytes; 0 for never.")
    var segmentMegabytes: Int64 = 0

    /// Decisions of one append, and between two checkpoints.
    private static let batch: Int64 = 1000
    private static let checkpointEvery: Int64 = 100_000

    func validate() throws {
        guard self.entries > 0, self.players > 0, self.days > 0, self.days <= 3650 else {
            throw ValidationError("--entries, --players and --days must be at least 1, and --days at most 3650.")
        }
        guard (0...1_000_000).contains(self.segmentMegabytes) else {
            throw ValidationError("--segment-megabytes must be from 0 to 1000000.")
        }
    }

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: self.path) else {
            throw CommandFailure(.usage, "The file \(self.path) exists already.")
        }
        var logger = Logger(label: "simulate")
        logger.logLevel = .warning
        let writer = try TrailWriter(
            path: self.path,
            instanceID: "simulated",
            segments: SegmentPolicy(
                maximumSize: self.segmentMegabytes > 0 ? self.segmentMegabytes * 1_000_000 : nil
            ),
            logger: logger
        )
        defer { writer.close() }
        let signer = try NoteSigner(
            name: NoteSigner.defaultOrigin(trailID: writer.trailID),
            privateKey: Array(repeating: 0x5E, count: NoteSigner.keyLength)
        )
        writer.signSegments(by: signer)
        let span = self.days * 86_400_000
        let start = Timestamp.now.millisecondsSince1970 - span
        var bar = ProgressBar("Recording", total: Int(self.entries))
        var next: Int64 = 0
        var last: Range<Int64>?
        while next < self.entries {
            let end = min(next + Self.batch, self.entries)
            let time = Timestamp(start + Int64(Double(span) * Double(next) / Double(self.entries)))
            let entries = (next..<end).map { self.decision($0, at: time) }
            last = try writer.append(entries, deliveries: Self.deliveries(of: last, at: time))
            next = end
            if next % Self.checkpointEvery == 0 { _ = try writer.checkpoint(signedBy: signer, at: time) }
            bar.update(Int(next))
        }
        let end = Timestamp(start + span)
        _ = try writer.append([], deliveries: Self.deliveries(of: last, at: end))
        _ = try writer.checkpoint(signedBy: signer, at: end)
        bar.finish()
        Terminal.write("\(signer.verifier)\n")
    }

    private static func deliveries(of indices: Range<Int64>?, at time: Timestamp) -> [EntryDelivery] {
        guard let indices, !indices.isEmpty else { return [] }
        return [EntryDelivery(indices: indices.lowerBound...(indices.upperBound - 1), state: .committed, at: time)]
    }

    private func decision(_ number: Int64, at time: Timestamp) -> ValidationEntry {
        // SplitMix64 of the number: the same for every run.
        var bits = UInt64(bitPattern: number &+ 1) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits ^= bits >> 27
        let player = 7_000_000_000 + Int64(bits % UInt64(self.players))
        let (decision, reason, status, code): (Decision, DecisionReason?, Int, Int?) =
            switch (bits >> 40) % 100 {
            case 0..<3: (.kick, .tokenInvalid, 401, -29401)
            case 3: (.lockout, .lockedOut, 463, -10103)
            default: (.pass, nil, 200, nil)
            }
        let partition = Int32(bits >> 32 & 3)
        var entry = ValidationEntry(
            identity: RecordIdentity(
                of: SourceRecord(
                    partition: SourcePartition(topic: "login.events", partition: partition),
                    offset: number,
                    timestamp: time,
                    key: Array("\(player)".utf8),
                    value: Array("\(number)".utf8)
                ),
                clusterID: "simulated-cluster"
            ),
            recordedAt: time,
            eventID: "login-\(number)",
            decision: decision,
            attempts: 1,
            instanceID: "simulated",
            policyVersion: "guarded"
        )
        entry.occurredAt = Timestamp(time.millisecondsSince1970 - 20)
        entry.kgAppId = (bits >> 50) % 3 == 0 ? "900200" : "900100"
        entry.playerId = "\(player)"
        entry.sessionId = "session-\(player % 100_000)"
        entry.platform = .mobile
        entry.tokenFingerprint = (0..<4).flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: bits &* (word + 3) >> ($0 * 8)) }
        }
        entry.reason = reason
        entry.httpStatus = status
        entry.apiCode = code
        entry.message = code.map { "(\(status).\($0))" }
        entry.playerStatus = decision == .lockout ? "lockout" : nil
        entry.lockout = decision == .lockout ? Lockout(certMethod: "phone", lockoutCode: "C1", regTime: 1) : nil
        entry.platformLatency = .microseconds(Int64(8000 + bits % 40_000))
        let digits = String(bits, radix: 16)
        entry.traceID = String(repeating: "0", count: 32 - digits.count) + digits
        return entry
    }
}
