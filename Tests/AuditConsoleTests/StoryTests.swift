import AuditTrail
import Foundation
import Testing

@testable import AuditConsole

/// What proves an entry, and the counts, over a real trail and a real socket.
@Suite struct StoryTests {
    /// The root that an answer's leaf and proof lead to is the checkpoint's, by another verifier than the browser's.
    private static func isProven(_ part: Any?, _ checkpoint: Any?) throws -> Bool {
        let document = try #require(part as? [String: Any])
        let checkpoint = try #require(checkpoint as? [String: Any])
        let leaf = try #require(document["leaf"] as? String)
        let proof = try #require(document["proof"] as? [String])
        let note = try #require((checkpoint["note"] as? String).flatMap { SignedNote($0) })
        let verifier = try #require((checkpoint["verifierKey"] as? String).flatMap { NoteVerifier($0) })
        let signed = try #require(Checkpoint(text: note.text))
        let hashes = try proof.map { try #require(Base64.decode($0).flatMap { MerkleHash($0) }) }
        let index = Int64(document["index"] as? Int ?? -1)
        let hash = MerkleHash.leaf(Array(leaf.utf8))
        return verifier.verifies(note)
            && MerkleProof.verifies(inclusionOf: hash, at: index, proof: hashes, size: signed.size, root: signed.root)
    }

    @Test func anEntryComesWithWhatProvesIt() async throws {
        let trail = try SampleTrail(decisions: 700)
        try await ConsoleBench().withConsole(trail) { port async throws in
            for index in [0, 1, 8, 256, 500, 501, 702] {
                let story = try await Client.send(port, "GET", "/api/entries/\(index)").json()
                #expect(try Self.isProven(story["entry"], story["checkpoint"]), "\(index)")
                let delivery = story["delivery"] as? [String: Any]
                #expect((delivery != nil) == (index > 0 && index != 501 && index != 702))
                if delivery != nil { #expect(try Self.isProven(delivery, story["checkpoint"])) }
            }
        }
    }

    @Test func aChangedEntryHasNoProofThatHolds() async throws {
        let trail = try SampleTrail(decisions: 100)
        try trail.tamper("UPDATE entries SET player_id = 'somebody else' WHERE \"index\" = 8")
        try await ConsoleBench().withConsole(trail) { port async throws in
            let changed = try await Client.send(port, "GET", "/api/entries/8").json()
            #expect(try !Self.isProven(changed["entry"], changed["checkpoint"]))
            let other = try await Client.send(port, "GET", "/api/entries/9").json()
            #expect(try Self.isProven(other["entry"], other["checkpoint"]))
        }
    }

    @Test func aDamagedTreeStillShowsTheEntry() async throws {
        let trail = try SampleTrail(decisions: 700)
        try trail.tamper("DELETE FROM tree_nodes")
        try await ConsoleBench().withConsole(trail) { port async throws in
            let story = try await Client.send(port, "GET", "/api/entries/8").json()
            let entry = try #require(story["entry"] as? [String: Any])
            #expect(entry["leaf"] != nil && entry["proof"] == nil)
            #expect(story["checkpoint"] != nil)
        }
    }

    @Test func anEntryBehindTheCheckpointHasNoProof() async throws {
        let trail = try SampleTrail(decisions: 20)
        try trail.grow(by: 2, from: 20)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let story = try await Client.send(port, "GET", "/api/entries/23").json()
            #expect((story["entry"] as? [String: Any])?["proof"] == nil)
            #expect(story["checkpoint"] == nil)
            let status = try await Client.send(port, "GET", "/api/checkpoint").json()
            #expect(status["entries"] as? Int == 24)
            #expect(status["uncovered"] as? Int == 2)
            #expect(status["isCheckpointChanged"] as? Bool == false)
        }
    }

    @Test func aTrailWithoutACheckpointSaysSo() async throws {
        let trail = try SampleTrail(decisions: 0, sealed: false)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let status = try await Client.send(port, "GET", "/api/checkpoint").json()
            #expect(status["checkpoint"] == nil)
            #expect(status["uncovered"] as? Int == 1)
        }
    }

    @Test func aChangedCheckpointIsSaidToBeChanged() async throws {
        let trail = try SampleTrail(decisions: 20)
        try trail.tamper("UPDATE checkpoints SET note = replace(note, 'test', 'text')")
        try await ConsoleBench().withConsole(trail) { port async throws in
            for path in ["checkpoint", "entries/3"] {
                let answer = try await Client.send(port, "GET", "/api/\(path)").json()
                #expect(answer["isCheckpointChanged"] as? Bool == true)
                #expect(answer["checkpoint"] == nil)
            }
        }
    }

    @Test func anEntryThatCannotBeReadIsAProblemWithoutTheFilesName() async throws {
        let trail = try SampleTrail(decisions: 20)
        try trail.tamper("UPDATE entries SET lockout = 'not JSON' WHERE \"index\" = 3")
        try await ConsoleBench().withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/entries/3")
            #expect(answer.status == 500)
            #expect(try answer.json()["type"] as? String == "urn:login-validator:audit-console:trail-changed")
            #expect(!answer.body.contains(trail.folder))
        }
    }

    @Test func aLaterTreeProvesThatItContinuesAnEarlierOne() async throws {
        let trail = try SampleTrail(decisions: 300)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/consistency?from=100&to=302").json()
            #expect((answer["proof"] as? [String])?.isEmpty == false)
            #expect(try await Client.send(port, "GET", "/api/consistency?from=1&to=303").status == 400)
            #expect(try await Client.send(port, "GET", "/api/consistency?from=9&to=8").status == 400)
        }
    }

    @Test func countsAddUpByTimeDecisionAndReason() async throws {
        let trail = try SampleTrail(decisions: 560, spacing: 60_000)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let range = "from=2026-09-21T00:00:00Z&to=2026-09-22T12:00:00Z"
            let answer = try await Client.send(port, "GET", "/api/series?span=hour&\(range)").json()
            let counts = try #require(answer["counts"] as? [[String: Any]])
            func sum(_ isWanted: ([String: Any]) -> Bool) -> Int {
                counts.filter(isWanted).reduce(0) { $0 + ($1["count"] as? Int ?? 0) }
            }
            #expect(sum { _ in true } == 560)
            #expect(sum { $0["decision"] as? String == "lockout" } == 10)
            #expect(sum { $0["reason"] as? String == "tokenInvalid" } == 40)
            #expect(Set(counts.compactMap { $0["at"] as? String }).count == 10)
            #expect(counts.first?["at"] as? String == "2026-09-21T14:00:00.000Z")
            #expect(answer["nextAfter"] == nil)
            let kicks = try await Client.send(port, "GET", "/api/series?span=day&decision=kick&\(range)").json()
            #expect((kicks["counts"] as? [[String: Any]])?.compactMap { $0["count"] as? Int }.reduce(0, +) == 60)
        }
    }
}
