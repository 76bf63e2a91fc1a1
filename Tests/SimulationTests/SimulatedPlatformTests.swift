import Foundation
import Simulation
import Testing

/// What a client sees for every behaviour a token can ask for.
struct SimulatedPlatformTests {
    struct Expectation: Sendable, CustomTestStringConvertible {
        var token: String
        var status: Int
        /// Texts that the body must hold.
        var body: [String]
        var testDescription: String { self.token }

        init(_ token: String, _ status: Int, _ body: String...) {
            self.token = token
            self.status = status
            self.body = body
        }
    }

    @Test(arguments: [
        Expectation("ok_1", 200, #"{"player":{"kgAppId":"900100","playerId":"100000000000042","status":"normal","#),
        Expectation("ok_1", 200, #""nickname":"#, #""data":{"#),
        Expectation("anything", 200, #""player":{"#),
        Expectation("invalid_1", 401, #"{"desc":"Token is invalid. (401.-29401)"}"#),
        Expectation("unauthorized_1", 401, "(401.-401)"),
        Expectation("notacceptable_1", 406, "(406."),
        Expectation("pending_1", 462, "pending unregistration", "(462."),
        Expectation("locked_1", 463, "(463.-10103)", #""lockout":{"kgAppId":"900100","idType":"playerId","id":"1000"#),
        Expectation("locked_1", 463, #""certMethod":"phone,card","#, #""notificationOption":"#, #""memo":"#),
        Expectation("locked_1", 463, #""lockoutCode":"#, #""lockoutSection":"mobile","#, #""regTime":1767225600000"#),
        Expectation(
            "locked_1",
            463,
            #""player":{"#,
            #""token":{"onetimeToken":"#,
            #""redirectUri":{"target":"lockout""#
        ),
        Expectation("sanctioned_1", 464, "(464.-10102)"),
        Expectation("gone_1", 460, "User does not exist", "(460."),
        Expectation("custom-499_1", 499, "(499."),
        Expectation("custom-461_1", 461, "(461."),
        Expectation("status-502_1", 502, "(502."),
        Expectation("status-403_1", 403, "(403."),
        Expectation("status-200_1", 200, #""player":{"#),
        Expectation("unavailable_1", 503, "(503."),
        Expectation("slow-20_1", 200, #""player":{"#),
        Expectation("lie_1", 200, #""playerId":"100000000000047""#),
        Expectation("garbage_1", 200, "<html>"),
        Expectation("mixedtypes_1", 200, #""kgAppId":900100,"playerId":null,"status":7"#),
    ])
    func tokenGetsItsAnswer(expected: Expectation) async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let answer = try #require(try await platform.ask(token: expected.token))
            #expect(answer.status == expected.status)
            #expect(answer.isComplete)
            #expect(answer.header("Content-Type") == "application/json;charset=UTF-8")
            for text in expected.body { #expect(answer.text.contains(text), "\(answer.text)") }
            if expected.status != 200 || expected.token.hasPrefix("ok") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(answer.body)) }
            }
        }
    }

    @Test(arguments: ["unavailable_1", "status-429_1", "status-503_1"])
    func temporaryRefusalSaysWhenToComeBack(token: String) async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let answer = try #require(try await platform.ask(token: token))
            #expect(answer.header("Retry-After") == "1")
        }
    }

    @Test func closedConnectionHasNoAnswer() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            #expect(try await platform.ask(token: "close_1") == nil)
            #expect(try await platform.statistics { $0.unanswered == 1 }.unanswered == 1)
        }
    }

    @Test func truncatedAnswerHasHalfOfItsBody() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let answer = try #require(try await platform.ask(token: "truncate_1"))
            let announced = try #require(answer.contentLength)
            #expect(!answer.isComplete)
            #expect(answer.body.count == announced / 2)
        }
    }

    @Test func hugeAnswerIsBeyondAnySensibleLimit() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let answer = try #require(try await platform.ask(token: "huge_1"))
            #expect(answer.isComplete)
            #expect(answer.body.count > 4 * 1024 * 1024)
        }
    }

    @Test func hangingRequestEndsWhenItsClientGoesAway() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            try await RawConnection.open(port: try await platform.port) { connection async throws in
                try await connection.send(ValidationCall(token: "hang_1").text)
                #expect(try await platform.statistics { $0.inFlight == 1 }.inFlight == 1)
            }
            let totals = try await platform.statistics { $0.inFlight == 0 }
            #expect(totals.inFlight == 0)
            #expect(totals.unanswered == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func lateAndHangingAnswersDoNotDelayTheShutdown() async throws {
        let started = ContinuousClock.now
        let clients = try await SimulatedPlatform.withRunning { platform async throws in
            let port = try await platform.port
            let clients = ["hang_1", "slow-60000_1"].map { token in
                Task {
                    try await RawConnection.open(port: port) { connection async throws in
                        try await connection.send(ValidationCall(token: token).text)
                        return try await connection.answer()
                    }
                }
            }
            #expect(try await platform.statistics { $0.inFlight == 2 }.inFlight == 2)
            return clients
        }
        #expect(ContinuousClock.now - started < .seconds(20))
        for client in clients { #expect(try await client.value?.status != 200) }
    }

    @Test func flakyTokenFailsAsOftenAsItSays() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            for expected in [503, 503, 503, 200, 200] {
                #expect(try await platform.ask(token: "flaky-3_1")?.status == expected)
            }
            #expect(try await platform.ask(token: "flaky-3_2")?.status == 503)
        }
    }

    @Test func oneConnectionServesManyRequestsWhateverTheirStatus() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            try await RawConnection.open(port: try await platform.port) { connection async throws in
                for (token, status) in [("locked_1", 463), ("ok_1", 200), ("status-204_1", 204), ("pending_1", 462)] {
                    try await connection.send(ValidationCall(token: token).text)
                    #expect(try await connection.answer()?.status == status)
                }
            }
        }
    }

    @Test func playerOfTokenIsTheSameEveryTimeWithoutAClaim() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let first = try await platform.ask(ValidationCall(token: "ok_1", playerId: nil))?.text
            let second = try await platform.ask(ValidationCall(token: "ok_1", playerId: nil))?.text
            let other = try await platform.ask(ValidationCall(token: "ok_2", playerId: nil))?.text
            #expect(first != nil && first == second)
            #expect(first != other)
        }
    }
}
