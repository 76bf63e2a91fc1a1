import LoginContracts
import Testing

@testable import AuditTrail

/// A record meets its own entry and no other.
struct IdentityTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
    }

    /// The same place, but another record: a recreated topic, another cluster, another topic, another partition.
    static let strangers: [RecordIdentity] = [
        .sample(3, content: "recreated"),
        .sample(3, cluster: "reset"),
        .sample(3, partition: SourcePartition(topic: "other", partition: 0)),
        .sample(3, partition: SourcePartition(topic: "login.events", partition: 1)),
    ]

    @Test(arguments: Self.strangers)
    func anotherRecordAtTheSamePlaceIsNotFoundAndDoesNotCollide(stranger: RecordIdentity) throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<5))
        #expect(try self.writer.recorded([stranger]).entries.isEmpty)
        #expect(try self.writer.append([.sample(3, identity: stranger)]) == 5..<6)
        let found = try self.writer.recorded([stranger, .sample(3), .sample(99)])
        #expect(found.entries.mapValues(\.index) == [stranger: 5, .sample(3): 3])
    }

    @Test func aRecordIsRecordedOnce() throws {
        _ = try self.writer.append([.sample(1)])
        self.writer.close()
        let second = try TrailWriter(self.folder)
        var other = ValidationEntry.sample(1)
        other.decision = .pass
        let error = #expect(throws: TrailError.self) { _ = try second.append([other]) }
        #expect(error?.code == .alreadyRecorded)
        #expect(second.nextIndex == 1)
    }

    /// An append that was reported as failed may have taken place; the engine then repeats it.
    @Test func anAppendThatIsRepeatedFindsItsEntries() throws {
        var entries = ValidationEntry.samples(0..<5)
        entries[2].platformLatency = .nanoseconds(1_234_567)
        let delivery = EntryDelivery.committed(0...0)
        #expect(try self.writer.append(entries, deliveries: [delivery]) == 0..<5)
        #expect(try self.writer.append(entries, deliveries: [delivery]) == 0..<5)
        #expect(try self.writer.append(Array(entries[1...3]), services: [.sample(.guardTripped)]) == 1..<4)
        #expect(self.writer.nextIndex == 7)
        // Not all of them, or not one behind the other: their numbers are no range.
        for others in [entries + [.sample(5)], [entries[1], entries[3]], [entries[1], entries[0]]] {
            let error = #expect(throws: TrailError.self) { _ = try self.writer.append(others) }
            #expect(error?.code == .alreadyRecorded)
        }
        #expect(self.writer.nextIndex == 7)
    }

    @Test func theHighestOffsetIsKnownForEachPartition() throws {
        let other = SourcePartition(topic: "login.events", partition: 1)
        _ = try self.writer.append([
            .sample(7), .sample(3), .sample(0, identity: .sample(40, partition: other)),
            .sample(0, identity: .sample(99, cluster: "another")),
        ])
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: .first) == 7)
        #expect(try self.writer.recordedThrough(clusterID: "cluster", partition: other) == 40)
        #expect(try self.writer.recordedThrough(clusterID: "another", partition: .first) == 99)
        #expect(try self.writer.recordedThrough(clusterID: "another", partition: other) == nil)
    }

    @Test func aRecordedDecisionComesWithItsDelivery() throws {
        _ = try self.writer.append(ValidationEntry.samples(0..<3))
        _ = try self.writer.append([], deliveries: [.committed(0...1)])
        let found = try self.writer.recorded([.sample(0), .sample(1), .sample(2)]).entries
        #expect(found[.sample(0)]?.delivery == .committed(0...1))
        #expect(found[.sample(1)]?.entry == .sample(1))
        #expect(found[.sample(2)]?.delivery == nil)
    }
}
