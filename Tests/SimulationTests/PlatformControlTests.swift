import Simulation
import Testing

/// Modes of the platform as a whole, its control endpoint and its counters.
struct PlatformControlTests {
    @Test(arguments: [
        (PlatformControl.Mode.normal, [200, 200, 401]),
        (.maintenance, [473, 473, 473]),
        (.failing, [500, 503, 500]),
        (.slow, [200, 200, 401]),
        (.wrongCredentials, [401, 401, 401]),
    ])
    func modeComesBeforeTheToken(mode: PlatformControl.Mode, statuses: [Int]) async throws {
        let control = PlatformControl(mode: mode, delayMilliseconds: 10)
        try await SimulatedPlatform.withRunning(.init(control: control)) { platform async throws in
            for (token, status) in zip(["ok_1", "ok_2", "invalid_1"], statuses) {
                let answer = try #require(try await platform.ask(token: token))
                #expect(answer.status == status)
                if mode == .wrongCredentials { #expect(!answer.text.contains("-29401")) }
            }
        }
    }

    @Test func platformThatIsDownClosesConnectionsAndComesBack() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            platform.control = PlatformControl(mode: .down)
            #expect(try await platform.ask(token: "ok_1") == nil)
            platform.control = PlatformControl()
            #expect(try await platform.ask(token: "ok_1")?.status == 200)
        }
    }

    @Test func failureRateIsKept() async throws {
        let control = PlatformControl(mode: .failing, failureRate: 0.5)
        try await SimulatedPlatform.withRunning(.init(control: control)) { platform async throws in
            try await RawConnection.open(port: try await platform.port) { connection async throws in
                for _ in 0..<100 {
                    try await connection.send(ValidationCall(token: "ok_1").text)
                    _ = try await connection.answer()
                }
            }
            let answered = try await platform.statistics { $0.inFlight == 0 }.answersByStatus[200] ?? 0
            #expect((30...70).contains(answered))
        }
    }

    @Test func controlEndpointSwitchesTheMode() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let body = #"{"mode":"maintenance"}"#
            let answer = try #require(try await platform.send("PUT", "/control", body: body))
            #expect(answer.status == 200)
            #expect(platform.control == PlatformControl(mode: .maintenance))
            #expect(try await platform.ask(token: "ok_1")?.status == 473)
            let description = try #require(try await platform.send("GET", "/control"))
            #expect(description.text.contains(#""mode":"maintenance""#))
            #expect(description.text.contains(#""requests":1"#))
        }
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"mode":"chaos"}"#, #"{"mode":1}"#, #"{"mode":"slow","delayMilliseconds":"x"}"#,
    ])
    func unreadableControlChangesNothing(body: String) async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            #expect(try await platform.send("PUT", "/control", body: body)?.status == 400)
            #expect(platform.control == PlatformControl())
        }
    }

    @Test func oversizedControlIsRefused() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let body = String(repeating: " ", count: 10_000)
            #expect(try await platform.send("PUT", "/control", body: body)?.status == 413)
        }
    }

    @Test func controlValuesStayInTheirRange() {
        let control = PlatformControl(mode: .slow, delayMilliseconds: -5, failureRate: .nan)
        #expect(control.delayMilliseconds == 0)
        #expect(control.failureRate == 1)
        #expect(PlatformControl(delayMilliseconds: .max, failureRate: 7).delayMilliseconds == 60_000)
        #expect(PlatformControl(failureRate: 7).failureRate == 1)
    }

    @Test func requestsAreCountedByToken() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            for token in ["ok_1", "ok_1", "invalid_1"] { _ = try await platform.ask(token: token) }
            #expect(platform.requests(forToken: "ok_1") == 2)
            #expect(platform.requests(forToken: "invalid_1") == 1)
            #expect(platform.requests(forToken: "ok_2") == 0)
            let lookup = try #require(try await platform.send("POST", "/control/requests", body: "ok_1\n"))
            #expect(lookup.text == #"{"requests":2}"#)
            let totals = try await platform.statistics { $0.inFlight == 0 }
            #expect(totals.requests == 3)
            #expect(totals.distinctTokens == 2)
            #expect(totals.answersByStatus == [200: 2, 401: 1])
            #expect(try await platform.send("DELETE", "/control/requests")?.status == 200)
            #expect(platform.requests(forToken: "ok_1") == 0)
            #expect(platform.statistics.requests == 0)
        }
    }

    @Test func portThatIsTakenIsAnErrorAndNotAHang() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            let port = try await platform.port
            let error = await #expect(throws: (any Error).self) {
                try await SimulatedPlatform.withRunning(.init(port: port)) { _ in }
            }
            #expect(!(error is SimulatedPlatform.NotListening))
        }
    }

    @Test func whoWaitsForThePortOfAPlatformThatNeverStartsCanGiveUp() async throws {
        let platform = SimulatedPlatform()
        let waiting = Task { try await platform.port }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
