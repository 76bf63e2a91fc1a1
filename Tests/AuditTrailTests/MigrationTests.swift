import GRDB
import LoginContracts
import Testing

@testable import AuditTrail

/// A trail of an older schema becomes one of today's with everything in it.
struct MigrationTests {
    @Test(arguments: [0, 1, 5, 1500])
    func entriesBecomeLeavesAndDeliveriesEntries(count: Int64) throws {
        let folder = try TemporaryFolder()
        try Self.makeFirstVersion(folder, count: count)
        let writer = try TrailWriter(folder)
        let deliveries: Int64 = count > 0 ? 1 : 0
        #expect(writer.nextIndex == count + deliveries)
        #expect(try writer.append([.sample(10_000)]) == (count + deliveries)..<(count + deliveries + 1))
        let signed = try #require(try writer.checkpoint(signedBy: .sample(), at: Timestamp(0)))
        let reader = try TrailReader(path: folder.database)
        var frontier = MerkleFrontier()
        for index in 0..<signed.checkpoint.size {
            frontier.append(.leaf(try #require(try reader.document(of: index))))
        }
        #expect(frontier.root == signed.checkpoint.root)
        if count > 0 {
            let at = EntryDelivery.committed(0...0).at
            let delivery = EntryDelivery(indices: 0...(count - 1), state: .committed, at: at)
            #expect(try reader.entry(at: count) == .delivery(index: count, delivery, instanceID: "old"))
            guard case .validation(let first) = try reader.entry(at: 0) else { throw Missing() }
            #expect(first.delivery == delivery)
        }
        #expect(try writer.undelivered(clusterID: "c", partition: .first, limit: 10).isEmpty)
    }

    struct Missing: Error {}

    /// What the first version of the program left behind.
    private static func makeFirstVersion(_ folder: TemporaryFolder, count: Int64) throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        let migrator = TrailSchema.migrator(trailID: TrailSchema.makeTrailID(), createdAt: Timestamp(0))
        try migrator.migrate(queue, upTo: TrailSchema.firstMigration)
        try queue.write { database in
            try database.execute(sql: "INSERT INTO sources VALUES (1, 'c', 'login.events', 0)")
            for index in 0..<count {
                try database.execute(
                    sql: """
                        INSERT INTO entries ("index", kind, recorded_at, instance_id, source_id, record_offset,
                            record_digest, event_id, decision, attempts, policy_version, player_id)
                        VALUES (?, 'validation', ?, 'old', 1, ?, randomblob(32), 'e', 'pass', 1, 'guarded', 'p')
                        """,
                    arguments: [index, index, index]
                )
                if index % 1024 == 1023 {
                    try database.execute(
                        sql: "INSERT INTO time_ranges VALUES (?, ?, ?, ?)",
                        arguments: [index - 1023, index, index - 1023, index]
                    )
                }
            }
            if count > 0 {
                let at = EntryDelivery.committed(0...0).at.millisecondsSince1970
                try database.execute(
                    sql: "INSERT INTO deliveries VALUES (0, ?, 'committed', ?)",
                    arguments: [count - 1, at]
                )
            }
        }
        try queue.close()
    }
}
