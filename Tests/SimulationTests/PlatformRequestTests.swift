import Simulation
import Testing

/// What the platform finds wrong with a request, before it looks at the token.
struct PlatformRequestTests {
    @Test(arguments: ["Content-Type", "appSecret", "Authorization", "kgAppId", "platform", "accessToken"])
    func mandatoryHeaderIsMissed(name: String) async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            var call = ValidationCall(token: "ok_1")
            call.headers[name] = nil
            let answer = try #require(try await platform.ask(call))
            #expect(answer.status == 400)
            #expect(answer.text.contains("missing: \(name)"))
            call.headers[name] = ""
            #expect(try await platform.ask(call)?.status == 400)
        }
    }

    @Test(arguments: [
        ("Content-Type", "text/plain"), ("kgAppId", "app-1"), ("platform", "console"), ("platform", "PC"),
    ])
    func headerOfTheWrongTypeIsRefused(name: String, value: String) async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            var call = ValidationCall(token: "ok_1")
            call.headers[name] = value
            #expect(try await platform.ask(call)?.status == 400)
        }
    }

    @Test(arguments: [
        ("appSecret", "other"), ("Authorization", "simulated-admin-key-1"), ("Authorization", "KakaoAK other"),
        ("kgAppId", "900200"), ("kgAppId", "1"),
    ])
    func wrongCredentialsAreNotTheInvalidToken(name: String, value: String) async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            var call = ValidationCall(token: "ok_1")
            call.headers[name] = value
            let answer = try #require(try await platform.ask(call))
            #expect(answer.status == 401)
            #expect(!answer.text.contains("-29401"))
        }
    }

    @Test func platformWithoutAppsAcceptsAnyCredentials() async throws {
        try await SimulatedPlatform.withRunning(.init(apps: [])) { platform async throws in
            let call = ValidationCall(
                token: "ok_1",
                app: SimulatedApp(kgAppId: "1", appSecret: "whatever", adminKey: "whatever")
            )
            #expect(try await platform.ask(call)?.status == 200)
        }
    }

    @Test func everyPlatformWordIsAccepted() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            for word in ["web", "launcher", "mobile", "pc"] {
                var call = ValidationCall(token: "ok_1")
                call.headers["platform"] = word
                #expect(try await platform.ask(call)?.status == 200)
            }
        }
    }

    @Test func otherPathsAndMethodsAreRefused() async throws {
        try await SimulatedPlatform.withRunning { platform async throws in
            var call = ValidationCall(token: "ok_1")
            call.method = "GET"
            #expect(try await platform.ask(call)?.status == 405)
            call.method = "POST"
            call.path = "/service/v4/auth/validation"
            #expect(try await platform.ask(call)?.status == 404)
            #expect(platform.statistics.requests == 0)
        }
    }
}
