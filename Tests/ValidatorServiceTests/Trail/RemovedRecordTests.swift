import AuditTrail
import Foundation
import Logging
import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

/// What the engine is told of records whose entries were removed.
@Suite struct RemovedRecordTests {
    private static func identity(_ offset: Int64, _ content: String = "login") -> RecordIdentity {
        RecordIdentity(
            of: SourceRecord(
                partition: SourcePartition(topic: "login.events", partition: 0),
                offset: offset,
                timestamp: Timestamp(1_700_000_000_000),
                key: [],
                value: Array(content.utf8)
            ),
            clusterID: "cluster"
        )
    }

    private static func entry(_ offset: Int64) -> ValidationEntry {
        ValidationEntry(
            identity: Self.identity(offset),
            recordedAt: Timestamp(1_700_000_000_000),
            eventID: "event-\(offset)",
            decision: .kick,
            reason: .tokenInvalid,
            attempts: 1,
            instanceID: "test",
            policyVersion: "guarded"
        )
    }

    @Test func removedRecordsAreToldApartFromNewOnes() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("removed-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try TrailWriter(
            path: "\(path)/audit.db",
            segments: SegmentPolicy(maximumAge: .seconds(60)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        defer { writer.close() }
        let first = try writer.append([Self.entry(0)])
        // Everything is old, so the file is sealed before this.
        _ = try writer.append(
            [Self.entry(1)],
            deliveries: [
                EntryDelivery(indices: ClosedRange(first), state: .committed, at: Timestamp(1_700_000_000_000))
            ]
        )
        #expect(try writer.removeOldestSegment(RetentionPolicy(maximumAge: .seconds(86_400)), at: .now))
        let bridge = TrailBridge(
            writer: writer,
            players: PlayerVault(opening: nil),
            instanceID: "test",
            fatal: { Issue.record("\($0)") }
        )
        let found = try bridge.recorded([0, 1, 2].map { Self.identity($0) } + [Self.identity(0, "another")])
        #expect(found.removed == [Self.identity(0)])
        #expect(found.decisions.mapValues(\.index) == [Self.identity(1): 2])
    }
}
