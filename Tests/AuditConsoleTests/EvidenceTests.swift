import AuditTrail
import Foundation
import LoginContracts
import Testing

@testable import AuditConsole

/// Evidence that is downloaded, over a real trail and a real socket.
@Suite struct EvidenceTests {
    @Test func aPlayersEvidenceProvesItself() async throws {
        let trail = try SampleTrail(decisions: 120)
        let bench = ConsoleBench()
        try await bench.withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/evidence?player=player-7&purpose=a+question")
            #expect(answer.status == 200)
            #expect(answer.headers["content-disposition"] == "attachment; filename=\"evidence.json\"")
            #expect(answer.headers["content-length"].flatMap { Int($0) } == answer.body.utf8.count)
            let document = try answer.json()
            #expect(document["reason"] as? String == "a question" && document["askedBy"] as? String == "127.0.0.1")
            #expect(document["question"] as? [String: String] == ["player": "player-7"])
            let entries = try #require(document["entries"] as? [[String: Any]])
            #expect(entries.compactMap { ($0["entry"] as? [String: Any])?["index"] as? Int } == [8, 58, 108])
            #expect((document["deliveries"] as? [[String: Any]])?.count == 1)
            try Self.verify(document, trail)
            #expect(bench.accesses.map(\.action) == [.downloadedEvidence])
            #expect(bench.accesses[0].entries == 3 && bench.accesses[0].purpose == "a question")
        }
    }

    /// Each leaf's path leads to the signed root.
    private static func verify(_ document: [String: Any], _ trail: SampleTrail) throws {
        let note = try #require(document["checkpoint"] as? String)
        let signed = try #require(SignedCheckpoint(note: note, verifier: trail.signer.verifier, signedAt: .init(0)))
        let reader = try TrailReader(path: trail.path)
        for entry in try #require(document["entries"] as? [[String: Any]]) {
            let index = Int64(try #require((entry["entry"] as? [String: Any])?["index"] as? Int))
            let hashes = try #require(entry["proof"] as? [String]).compactMap { Base64.decode($0) }
                .compactMap { MerkleHash($0) }
            let leaf = MerkleHash.leaf(try #require(try reader.document(of: index)))
            #expect(
                MerkleProof.verifies(
                    inclusionOf: leaf,
                    at: index,
                    proof: hashes,
                    size: signed.checkpoint.size,
                    root: signed.checkpoint.root
                )
            )
        }
    }

    @Test(arguments: [
        ("", 400), ("app=900100", 400), ("player=player-7&after=5", 400), ("player=player-7&limit=5", 400),
        ("player=player-7&kind=service", 400), ("player=player-7&purpose=", 400), ("player=%FF", 400),
        ("player=nobody", 200), ("session=session-3", 200),
    ])
    func aQuestionMustBeAboutSomebody(query: String, status: Int) async throws {
        let trail = try SampleTrail(decisions: 20)
        let bench = ConsoleBench()
        try await bench.withConsole(trail) { port async throws in
            #expect(try await Client.send(port, "GET", "/api/evidence?\(query)").status == status)
            #expect(bench.accesses.count == (status == 200 ? 1 : 0))
        }
    }

    @Test func aPurposeIsAskedForWhereItIsRequired() async throws {
        let trail = try SampleTrail(decisions: 20)
        try await ConsoleBench().withConsole(trail, requiresPurpose: true) { port async throws in
            let refused = try await Client.send(port, "GET", "/api/evidence?player=player-7")
            #expect(refused.status == 400)
            #expect(try refused.json()["field"] as? String == "purpose")
            #expect(try await Client.send(port, "GET", "/api/evidence?player=player-7&purpose=x").status == 200)
        }
    }

    @Test func nothingIsSentThatCannotBeRecorded() async throws {
        let trail = try SampleTrail(decisions: 20)
        let bench = ConsoleBench()
        bench.isFull = true
        try await bench.withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/evidence?player=player-7")
            #expect(answer.status == 503)
            #expect(!answer.body.contains("player-7"))
        }
    }

    @Test func withoutACheckpointThereIsNoEvidence() async throws {
        let trail = try SampleTrail(decisions: 20, sealed: false)
        try await ConsoleBench().withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/evidence?player=player-7")
            #expect(answer.status == 503)
            #expect(answer.body.contains("not-sealed"))
        }
    }

    /// Asking for the headers alone would be recorded as a download that never was.
    @Test func headersAloneAreNotGiven() async throws {
        let trail = try SampleTrail(decisions: 20)
        let bench = ConsoleBench()
        try await bench.withConsole(trail) { port async throws in
            #expect(try await Client.send(port, "HEAD", "/api/evidence?player=player-7").status == 405)
            #expect(bench.accesses.isEmpty)
        }
    }

    /// Far more than what is sent at a time.
    @Test func aLongFileArrivesWhole() async throws {
        let trail = try SampleTrail(decisions: 3000) { entry, _ in entry.playerId = "one" }
        try await ConsoleBench().withConsole(trail) { port async throws in
            let answer = try await Client.send(port, "GET", "/api/evidence?player=one")
            #expect(answer.status == 200 && answer.body.utf8.count > 20 * EvidenceFile.chunk)
            #expect((try answer.json()["entries"] as? [Any])?.count == 3000)
        }
    }
}
