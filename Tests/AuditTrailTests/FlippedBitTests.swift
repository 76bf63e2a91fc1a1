import LoginContracts
import Testing

@testable import AuditTrail

/// Damage and malice that know nothing of SQL.
struct FlippedBitTests {
    /// Single bytes of the database file: each is noticed, or nothing that a reader could get out of the file is changed.
    @Test(arguments: 0..<4)
    func anyByteOfTheFile(part: Int) throws {
        let folder = try TemporaryFolder()
        let signer = try NoteSigner.sample()
        let kept = try VerificationTests.fill(folder, size: 300, signedBy: signer)
        // One file, without a WAL.
        #expect(try PlainConnection(folder.database).execute("PRAGMA journal_mode = DELETE") == 0)
        let truth = try Self.content(of: folder)
        let signed = Set(try Self.checkpoints(of: folder))
        let (noticed, seed) = try FlippedBits(path: folder.database, attempts: 500).check(
            isNoticed: { !(try Self.verify(folder, kept).problems.isEmpty) },
            unnoticed: { comment in
                let content = try Self.content(of: folder)
                for (table, rows) in truth { #expect(content[table] == rows, "\(table), \(comment)") }
                // One that is gone is missed by nobody: the others cover what it did.
                let checkpoints = Set(try Self.checkpoints(of: folder))
                #expect(checkpoints.isSubset(of: signed), comment)
            }
        )
        // Most bytes of the file are content.
        #expect(noticed > 200, seed)
    }

    /// Everything that readers get out of the file, by table, but for two times that nothing covers: of the trail and of
    /// a checkpoint.
    private static func content(of folder: TemporaryFolder) throws -> [String: [[String?]]] {
        let connection = try PlainConnection(folder.database)
        var content: [String: [[String?]]] = [:]
        for table in ["sources", "deliveries", "time_ranges", "tree_nodes"] {
            content[table] = try connection.rows("SELECT * FROM \(table)")
        }
        let columns = EntryColumn.allCases.map { "quote(\($0.name))" }.joined(separator: ", ")
        // What is found by an index need not be what stands in the table.
        content["deliveries by entry"] = try connection.rows(
            "SELECT entry_index, first_index FROM deliveries INDEXED BY deliveries_by_entry ORDER BY entry_index"
        )
        content["sources by place"] = try connection.rows(
            """
            SELECT id, cluster_id, topic, partition FROM sources INDEXED BY sqlite_autoindex_sources_1
            ORDER BY cluster_id, topic, partition
            """
        )
        content["entries"] = try connection.rows("SELECT \(columns) FROM entries ORDER BY \"index\"")
        return content
    }

    private static func checkpoints(of folder: TemporaryFolder) throws -> [[String?]] {
        try PlainConnection(folder.database).rows("SELECT size, note, verifier_key FROM checkpoints")
    }

    private static func verify(_ folder: TemporaryFolder, _ kept: SignedCheckpoint) throws -> TrailVerification {
        let reader = try TrailReader(path: folder.database)
        defer { reader.close() }
        return try TrailVerifier(reader, against: [kept], trusted: [kept.verifier]).verify()
    }
}
