import HostileInput
import LoginContracts
import NIOCore
import PlatformClient
import Testing

/// Many requests at once at a server that misbehaves in every way, with callers that give up.
@Suite struct ChaosTests {
    /// What the server does with a request, by the number in its token.
    private static func steps(_ number: Int) -> [ScriptedServer.Step] {
        let answer = Fixture.answer(200, #"{"player":{"nickname":"n\#(number)"}}"#)
        switch number % 16 {
        case 0: return [.close]
        case 1: return [.reset]
        case 2: return [.send("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"), .close]
        case 3: return [.send(answer + Fixture.answer(200, #"{"player":{"nickname":"surplus"}}"#))]
        case 4: return [.send(answer + "HTTP/1.1 2")]
        case 5: return [.send(answer), .close]
        case 6: return []
        case 7: return [.send("rubbish")]
        case 8: return [.dribble(answer, every: .microseconds(20))]
        case 9: return [.send(answer.replacing("Content-Type", with: "Connection: close\r\nContent-Type"))]
        default: return [.send(answer)]
        }
    }

    @Test(arguments: 0..<4)
    func everyCallEndsWithItsOwnAnswerOrAnError(seed: Int) async throws {
        try await withServer(
            configure: {
                $0.maximumConnections = 8
                $0.requestTimeout = .milliseconds(500)
            },
            script: { exchange in
                guard let start = exchange.text.firstRange(of: "accessToken: t") else { return [.close] }
                return Self.steps(Int(exchange.text[start.upperBound...].prefix { $0.isNumber }) ?? 0)
            }
        ) { client, _ in
            let answered = await withTaskGroup(of: Bool.self) { group in
                var random = SeededGenerator(seed: UInt64(seed))
                for _ in 0..<400 {
                    let number = Int.random(in: 0..<10_000, using: &random)
                    let isCancelled = Int.random(in: 0..<8, using: &random) == 0
                    group.addTask { await Self.call(client, number: number, isCancelled: isCancelled) }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            // How many depends on the machine: under load most of them run out of time.
            #expect(answered > 0)
            let isAtRest = try await client.eventLoop.submit {
                client.statistics.leased == 0 && client.statistics.waiting == 0
            }.get()
            #expect(isAtRest)
        }
    }

    /// Whether there was an answer; one that belongs to another request is an issue.
    private static func call(_ client: ValidationClient, number: Int, isCancelled: Bool) async -> Bool {
        let call = Task { () -> Verdict? in
            let request = Fixture.request(token: "t\(number)", playerId: nil)
            return try? await client.validate(request, credentials: Fixture.credentials).verdict
        }
        if isCancelled {
            await Task.yield()
            call.cancel()
        }
        guard let verdict = await call.value else { return false }
        #expect(verdict.player?.nickname == "n\(number)")
        return true
    }
}
