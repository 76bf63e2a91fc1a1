import LoginContracts
import Testing

@testable import AuditTrail

/// What goes in comes out, numbered without a gap.
struct AppendTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
    }

    @Test func everyFieldComesBackAsItWas() throws {
        let minimal = ValidationEntry(
            identity: .sample(0),
            recordedAt: Timestamp(0),
            eventID: "",
            decision: .pass,
            instanceID: "",
            policyVersion: ""
        )
        var extreme = ValidationEntry.complete
        extreme.identity = .sample(.max, cluster: "", partition: SourcePartition(topic: "", partition: .max))
        extreme.recordedAt = Timestamp(.min)
        extreme.occurredAt = Timestamp(.max)
        extreme.httpStatus = .max
        extreme.apiCode = .min
        extreme.attempts = .max
        extreme.platformLatency = .zero
        extreme.lockout = Lockout()
        extreme.tokenFingerprint = []
        let entries = [ValidationEntry.complete, minimal, extreme]
        #expect(try self.writer.append(entries) == 0..<3)
        let reader = try TrailReader(path: self.folder.database)
        for (index, entry) in entries.enumerated() {
            let expected = RecordedEntry(index: Int64(index), entry: entry, delivery: nil)
            #expect(try reader.entry(at: Int64(index)) == .validation(expected))
        }
        #expect(try self.writer.recorded(entries.map(\.identity)).entries.count == 3)
    }

    @Test(
        arguments: [
            "\u{0}", "a\u{0}b", "\u{1}\u{1F}\u{7F}", "'; DROP TABLE entries; --", "\"\\", "\u{FFFD}\u{FEFF}",
            "🧑‍🚀\u{10FFFF}",
            String(repeating: "x", count: 1_000_000), String(repeating: "é\u{0}", count: 10_000),
        ]
    )
    func anyTextSurvives(text: String) throws {
        var entry = ValidationEntry.complete
        entry.identity.clusterID = text
        entry.identity.partition.topic = text
        entry.eventID = text
        entry.playerId = text
        entry.sessionId = text
        entry.message = text
        entry.lockout?.message = text
        _ = try self.writer.append([entry])
        let service = ServiceEntry(
            kind: .configurationChanged,
            recordedAt: Timestamp(1),
            instanceID: text,
            kgAppId: text,
            message: text,
            details: [text: text]
        )
        _ = try self.writer.append(service)
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.playerId = text
        query.sessionId = text
        query.eventID = text
        query.topic = text
        query.clusterID = text
        let found = try reader.entries(query).entries
        #expect(found == [.validation(RecordedEntry(index: 0, entry: entry, delivery: nil))])
        #expect(try reader.entry(at: 1) == .service(index: 1, service))
    }

    @Test func numbersHaveNoGapsAcrossKindsAndRestarts() throws {
        #expect(try self.writer.append(.sample(.started)) == 0)
        #expect(try self.writer.append(ValidationEntry.samples(0..<10)) == 1..<11)
        #expect(try self.writer.append([]) == 11..<11)
        self.writer.close()
        let second = try TrailWriter(self.folder)
        #expect(second.nextIndex == 11)
        #expect(try second.append(.sample(.stopped)) == 11)
        #expect(second.trailID == self.writer.trailID)
        var indices: [Int64] = []
        try TrailReader(path: self.folder.database).forEach(TrailQuery(), ascending: true) { indices.append($0.index) }
        #expect(indices == Array(0...11))
    }

    @Test func anAppendIsAllOrNothing() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<5))
        var entries = ValidationEntry.samples(5..<10)
        entries.append(.sample(2))
        let error = #expect(throws: TrailError.self) {
            _ = try self.writer.append(entries, deliveries: [.committed(0...4)])
        }
        #expect(error?.code == .alreadyRecorded)
        #expect(error?.sqliteCode == "SQLITE_CONSTRAINT_UNIQUE")
        #expect(error?.isTransient == false)
        #expect(self.writer.nextIndex == 5)
        let left = try self.writer.undelivered(clusterID: "cluster", partition: .first, limit: 100)
        #expect(left.map(\.index) == Array(0..<5))
        #expect(try self.writer.append(ValidationEntry.samples(5..<10), deliveries: [.committed(0...4)]) == 5..<10)
    }

    @Test func aFailedAppendForgetsTheSourcesItMade() throws {
        let elsewhere = SourcePartition(topic: "login.events", partition: 7)
        let moved = ValidationEntry.sample(0, identity: .sample(0, partition: elsewhere))
        #expect(throws: TrailError.self) { _ = try self.writer.append([moved, moved]) }
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: elsewhere) == nil)
        #expect(try self.writer.append([moved]) == 0..<1)
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: elsewhere) == 0)
    }

    @Test func tooLargeABatchIsRefusedWhole() throws {
        let entries = Array(repeating: ValidationEntry.sample(0), count: TrailWriter.maximumBatch + 1)
        let error = #expect(throws: TrailError.self) { _ = try self.writer.append(entries) }
        #expect(error?.code == .invalid)
        #expect(self.writer.nextIndex == 0)
    }

    @Test func aClosedWriterSaysSo() throws {
        self.writer.close()
        self.writer.close()
        let error = #expect(throws: TrailError.self) { _ = try self.writer.append(.sample()) }
        #expect(error?.code == .closed)
    }
}
