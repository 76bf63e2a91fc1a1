import Foundation
import Testing

extension ServiceTests {
    /// A person is erased from a trail that goes on proving everything.
    struct ErasureTests {
        @Test func aPlayerIsErasedAndTheTrailStillVerifies() async throws {
            let stack = try await Stack()
            let settings = ["AUDIT_PLAYER_KEYS": "on"]
            let service = try await stack.startService(settings)
            let (gone, kept) = ("player-to-be-erased-4711", "player-who-stays-0815")
            try await stack.produce(lines: [
                "\(gone)|" + event("invalid_fake-token-1", player: gone, event: "e-1"),
                "\(kept)|" + event("locked_fake-token-2", player: kept, event: "e-2"),
            ])
            try await stack.waitForDecisions(2)
            #expect(try await service.terminate() == 0)
            // Kick handlers are told the plain ids; the trail's files hold none.
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(Set(outcomes.compactMap(\.key)) == [gone, kept])
            #expect(stack.trailFiles(holding: [gone, kept]) == [])

            func entries(of player: String) async throws -> [[String: Any]] {
                let run = try await Program.run([
                    "audit", "query", "--player", player, "--format", "ndjson", "--trail", stack.trail,
                ])
                #expect(run.status == 0, "\(run.errors)")
                return try run.lines()
            }
            #expect(try await entries(of: gone).map { $0["playerId"] as? String } == [gone])
            #expect(try await entries(of: gone).map { $0["sessionId"] as? String } == ["s-\(gone)"])
            let agreed = try await Program.run(["audit", "reconcile"], environment: try stack.environment())
            #expect(agreed.status == 0, "\(agreed.output)\(agreed.errors)")

            let erasing = ["audit", "erase-player", "--trail", stack.trail]
            let unsure = try await Program.run(erasing, input: gone)
            #expect(unsure.status == 2)
            let erased = try await Program.run(erasing + ["--yes"], input: gone + "\n")
            #expect(erased.status == 0 && erased.output.hasPrefix("Erased: "), "\(erased.errors)")
            #expect(!(erased.output + erased.errors).contains(gone))
            #expect(try await Program.run(erasing + ["--yes"], input: gone).status == 1)
            #expect(try await entries(of: gone).isEmpty)
            #expect(try await entries(of: kept).count == 1)
            let said = try await stack.rows("SELECT details FROM service_log WHERE kind = 'playerErased'")
            let handle = erased.output.dropFirst("Erased: ".count).prefix(32)
            #expect(said.count == 1 && (said[0]["details"] as? String)?.contains(handle) == true)

            let verified = try await Program.run(["audit", "verify", "--trail", stack.trail])
            #expect(verified.status == 0, "\(verified.output)")
            // What is not known is not compared, and the service goes on.
            let still = try await Program.run(["audit", "reconcile"], environment: try stack.environment())
            #expect(still.status == 0, "\(still.output)\(still.errors)")
            let again = try await stack.startService(settings)
            try await stack.produce(lines: ["\(gone)|" + event("invalid_fake-token-3", player: gone, event: "e-3")])
            try await stack.waitForDecisions(3)
            let running = try await Program.run(erasing + ["--yes"], input: gone)
            #expect(running.status == 0 && running.errors.contains("A service is writing the trail"))
            #expect(try await again.terminate() == 0)
            expectNoSecrets(stack, again, [gone])
        }
    }
}
