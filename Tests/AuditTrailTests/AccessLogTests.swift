import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Who looked at the trail: kept beside it, and as hard to change.
struct AccessLogTests {
    private static func entry(_ place: Int, question: [String: String]? = nil, purpose: String? = nil) -> AccessEntry {
        AccessEntry(
            at: Timestamp(1_790_000_000_000 + Int64(place)),
            trailID: "0123456789abcdef0123456789abcdef",
            who: "auditor (1000)",
            action: "query",
            question: question ?? ["player": "p-\(place)"],
            entries: Int64(place),
            purpose: purpose
        )
    }

    private static func fill(_ log: AccessLog, _ count: Int) throws {
        for place in 0..<count { try log.record(Self.entry(place)) }
    }

    @Test func whatIsRecordedIsThereInCanonicalForm() throws {
        let folder = try TemporaryFolder()
        let log = try AccessLog(path: folder.database + ".access")
        #expect(try log.record(Self.entry(0, question: ["b": "\u{0}\"", "a": "1"], purpose: "because")) == 0)
        #expect(try log.record(Self.entry(1)) == 1)
        let documents = try log.documents(limit: 10)
        #expect(documents.map(\.index) == [1, 0])
        #expect(
            documents[1].document
                == #"{"action":"query","at":"2026-09-21T14:13:20.000Z","entries":0,"index":0,"purpose":"because","#
                + #""question":{"a":"1","b":"\u0000\""},"trail":"0123456789abcdef0123456789abcdef","who":"auditor (1000)"}"#
        )
        #expect(try log.documents(before: 1, limit: 10).map(\.index) == [0])
    }

    @Test func theTreeIsThatOfTheDocuments() throws {
        let folder = try TemporaryFolder()
        let log = try AccessLog(path: folder.database)
        var frontier = MerkleFrontier()
        for place in 0..<600 {
            let entry = Self.entry(place)
            try log.record(entry)
            frontier.append(.leaf(entry.document(at: Int64(place)).utf8))
            if [1, 255, 256, 257, 600].contains(place + 1) {
                #expect(try log.head() == AccessLogHead(size: Int64(place + 1), root: frontier.root))
            }
        }
        let verification = try log.verify(against: [try log.head()])
        #expect(verification.problems.isEmpty)
        #expect(verification.entries == 600 && verification.covered == 600 && verification.heads == 1)
        #expect(verification.root == frontier.root)
    }

    @Test func severalProgramsRecordAtTheSameTime() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        try await withThrowingTaskGroup(of: Void.self) { group in
            for program in 0..<4 {
                group.addTask {
                    let log = try AccessLog(path: path)
                    defer { log.close() }
                    for place in 0..<25 { try log.record(Self.entry(program * 100 + place)) }
                }
            }
            try await group.waitForAll()
        }
        let log = try AccessLog(reading: path)
        #expect(try log.head().size == 100)
        #expect(try log.verify(against: []).problems.isEmpty)
    }

    @Test(arguments: [
        "UPDATE accesses SET document = replace(document, 'p-7', 'p-8') WHERE \"index\" = 7",
        "UPDATE accesses SET leaf_hash = zeroblob(32) WHERE \"index\" = 7",
        "DELETE FROM accesses WHERE \"index\" = 7",
        "DELETE FROM accesses WHERE \"index\" >= 290",
        "UPDATE tree_nodes SET hash = zeroblob(32)",
        "DELETE FROM tree_nodes",
    ])
    func everyChangeIsNoticed(change: String) throws {
        let folder = try TemporaryFolder()
        let log = try AccessLog(path: folder.database)
        try Self.fill(log, 300)
        let head = try log.head()
        log.close()
        let connection = try PlainConnection(folder.database)
        // The log's own triggers refuse it.
        #expect(connection.execute(change) == PlainConnection.triggerAborted)
        for table in ["accesses", "tree_nodes"] {
            for rule in ["changed", "removed"] {
                #expect(connection.execute("DROP TRIGGER \(table)_are_never_\(rule)") == 0)
            }
        }
        #expect(connection.execute(change) == 0)
        let verification = try AccessLog(reading: folder.database).verify(against: [head])
        #expect(!verification.problems.isEmpty)
    }

    /// A log that was written anew from its beginning fits together; the trail knows better.
    @Test func aLogWrittenAnewIsNotTheOneThatTheTrailKnows() throws {
        let folder = try TemporaryFolder()
        let log = try AccessLog(path: folder.database)
        try Self.fill(log, 10)
        let head = try log.head()
        let forged = try AccessLog(path: folder.path + "/forged.db")
        for place in 0..<12 { try forged.record(Self.entry(place, question: ["player": "nobody"])) }
        #expect(try forged.verify(against: []).problems.isEmpty)
        #expect(try forged.verify(against: [head]).problems.count == 1)
        #expect(try !forged.continues(head))
        #expect(try log.continues(head))
        try Self.fill(log, 5)
        #expect(try log.continues(head))
    }

    @Test func whatTheTrailSaysOfItIsReadBack() throws {
        let folder = try TemporaryFolder()
        let log = try AccessLog(path: folder.database + ".access")
        try Self.fill(log, 3)
        let head = try log.head()
        let writer = try TrailWriter(folder)
        _ = try writer.append(
            ServiceEntry(kind: .accessLogged, recordedAt: Timestamp(5), instanceID: "one", details: head.details)
        )
        writer.close()
        let verification = try TrailVerifier(TrailReader(path: folder.database)).verify()
        #expect(verification.accessLogHeads == [head])
        #expect(AccessLogHead(details: head.details) == head)
    }

    @Test(arguments: [
        ["size": "0", "root": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], ["size": "1"],
        ["size": "1", "root": "AA=="],
        ["size": "x", "root": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], [:],
    ])
    func aStateThatIsNoneIsNotTaken(details: [String: String]) {
        #expect(AccessLogHead(details: details) == nil)
    }

    @Test func whatIsTooLongIsRefusedAndNothingIsAdded() throws {
        let folder = try TemporaryFolder()
        let log = try AccessLog(path: folder.database)
        let long = String(repeating: "x", count: AccessEntry.maximumLength)
        let error = #expect(throws: TrailError.self) { try log.record(Self.entry(0, question: ["player": long])) }
        #expect(error?.code == .invalid)
        #expect(try log.head().size == 0)
    }

    @Test func anotherDatabaseIsNoAccessLog() throws {
        let folder = try TemporaryFolder()
        try TrailWriter(folder).close()
        #expect(throws: TrailError.self) { try AccessLog(path: folder.database) }
        let missing = #expect(throws: TrailError.self) { try AccessLog(reading: folder.path + "/none.db") }
        #expect(missing?.code == .missing)
        let before = try folder.contents()["audit.db"]
        _ = try? AccessLog(path: folder.database)
        #expect(try folder.contents()["audit.db"] == before)
    }

    @Test func aLogThatCannotBeWrittenSaysWhy() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: TrailError.self) { try AccessLog(path: folder.path + "/none/access.db") }
        #expect(error?.code == .cannotOpen)
    }
}
