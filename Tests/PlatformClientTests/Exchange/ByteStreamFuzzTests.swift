import HostileInput
import LoginContracts
import NIOConcurrencyHelpers
import PlatformClient
import Testing

/// Answers as bytes that no honest server sends, against the real client: each call ends soon, in a verdict or a typed
/// error, and nothing of a hostile answer is ever taken for the answer to another request.
@Suite struct ByteStreamFuzzTests {
    /// Short enough for one packet and one read: what comes later than the next request is that request's answer, as far
    /// as HTTP/1.1 can tell.
    static let maximumLength = 1500

    static let texts: [String] = [
        Fixture.answer(), Fixture.answer(204, ""), "\(Fixture.answer())\(surplus)",
        Fixture.answer(401, #"{"desc":"Token is invalid. (401.-29401)"}"#, headers: "Connection: close\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"pla\r\n4\r\nyer\"\r\n6\r\n:null}\r\n0\r\nT: v\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 100 Continue\r\n\r\n\(Fixture.answer(463, "{}"))", "HTTP/1.0 200 OK\r\n\r\n\(Fixture.okBody)",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ]

    static let pieces: [String] = [
        surplus, "Transfer-Encoding: chunked\r\n", "Content-Length: 0\r\n", "Content-Length: 5\r\n", "\r\n\r\n",
        "0\r\n\r\n", "ffffffffffffffff\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n", " : ",
        "\r\n ", "Connection: close\r\n", "Content-Encoding: gzip\r\n", Fixture.token,
        String(repeating: "X: y\r\n", count: 120),
    ]

    static let answers: Mutation = {
        var mutation = Mutation(seeds: texts.map { Array($0.utf8) }, pieces: pieces)
        mutation.maximumLength = maximumLength
        return mutation
    }()

    /// A whole answer behind another one; a client that takes it for the next request's would believe it.
    static let surplus = Fixture.answer(200, #"{"player":{"playerId":"player-1","nickname":"surplus"}}"#)

    @Test func hostileAnswersEndTheirOwnCallOnly() async throws {
        let hostile = HostileAnswer()
        try await withServer(
            configure: {
                $0.requestTimeout = .seconds(1)
                $0.maximumConnections = 1
            },
            script: { exchange in
                guard let start = exchange.text.firstRange(of: "accessToken: honest") else { return hostile.steps }
                let number = exchange.text[start.upperBound...].prefix { $0.isNumber }
                return [.send(Fixture.answer(200, #"{"player":{"nickname":"own\#(number)"}}"#))]
            }
        ) { client, _ in
            var answered = 0
            for var round in FuzzRounds("byte-stream", rounds: 150, limit: .seconds(2)) {
                let input = Self.answers.input(&round.random)
                hostile.set(input, closes: !round.random.once(in: 100))
                let request = Fixture.request(token: Fixture.token, playerId: "player-1")
                do throws(ValidationClientError) {
                    let verdict = try await client.validate(request, credentials: Fixture.credentials).verdict
                    #expect((200...999).contains(verdict.status), "\(round.replay(input))")
                    #expect(!"\(verdict)".contains(Fixture.token), "\(round.replay(input))")
                } catch {
                    #expect(!"\(error)\(String(reflecting: error))".contains(Fixture.token), "\(round.replay(input))")
                }
                // The next request, on whichever connection, gets its own answer.
                let honest = Fixture.request(token: "honest\(round.seed)", playerId: nil)
                let answer = try? await client.validate(honest, credentials: Fixture.credentials).verdict
                guard let answer else { continue }  // A busy machine may let it time out.
                answered += 1
                #expect(answer.player?.nickname == "own\(round.seed)", "\(round.replay(input))")
            }
            #expect(answered > 0)
        }
    }
}

/// What the server sends next.
private final class HostileAnswer: Sendable {
    private let box = NIOLockedValueBox<[ScriptedServer.Step]>([])

    var steps: [ScriptedServer.Step] { self.box.withLockedValue { $0 } }

    /// - Parameter closes: whether the server closes the connection behind the bytes.
    func set(_ bytes: [UInt8], closes: Bool) {
        let steps: [ScriptedServer.Step] = closes ? [.bytes(bytes), .close] : [.bytes(bytes)]
        self.box.withLockedValue { $0 = steps }
    }
}
