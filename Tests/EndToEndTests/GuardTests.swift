import Foundation
import Testing

extension ServiceTests {
    /// The mass-kick guard as players, the platform, operators and auditors meet it.
    struct GuardTests {
        private static func lines(_ count: Int, _ behaviour: (Int) -> String, app: String) -> [String] {
            (0..<count).map { index in
                let player = "\(app)-\(index)"
                return "\(player)|"
                    + """
                    {"kgAppId":"\(app)","accessToken":"\(behaviour(index))_fake-token-\(player)","platform":"mobile",\
                    "playerId":"\(player)","eventId":"e-\(player)"}
                    """
            }
        }

        private static let wrong = """
            - kgAppId: "900100"
              appSecret: fake-secret-that-is-wrong
              adminKey: simulated-admin-key-1
            - kgAppId: "900200"
              appSecret: simulated-app-secret-2
              adminKey: simulated-admin-key-2
            """

        private func guardEntries(_ stack: Stack) async throws -> [[String: Any]] {
            try await stack.rows(
                "SELECT kind, kg_app_id, details FROM service_log WHERE kind LIKE 'guard%' ORDER BY \"index\""
            )
        }

        @Test(arguments: ServiceTests.brokers)
        func wrongCredentialsHoldTheAppUntilTheyAreCorrected(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let file = try stack.folder.write(Self.wrong, to: "credentials.yaml")
            // Few calls at a time leave places in the minute's nine, so that the corrected credentials can be tried at once.
            let changes = ["PLATFORM_CREDENTIALS_FILE": file, "PLATFORM_MAXIMUM_CONNECTIONS": "2"]
            let service = try await stack.startService(changes)
            let address = try await stack.operations(of: service)
            let held = Self.lines(40, { $0 % 4 == 3 ? "invalid" : "ok" }, app: "900100")
            try await stack.produce(lines: held + Self.lines(20, { _ in "ok" }, app: "900200"))
            try await service.waitForLog("The mass-kick guard has tripped")
            // The other app goes on, and the trip is in the trail.
            try await stack.waitForDecisions(20)
            try await eventually("the trip in the trail") { try await self.guardEntries(stack).count == 1 }

            let ready = try await stack.get("/readyz", of: address)
            #expect(ready.status == 503)
            #expect(ready.body.contains("900100 is held") && ready.body.contains("SIGHUP"), "\(ready.body)")
            let status = try await Program.run(["guard", "status", "--ops", address, "--format", "json"])
            #expect(status.status == 0, "\(status.errors)")
            let apps = try #require((status.json() as? [String: Any])?["apps"] as? [[String: Any]])
            let app = try #require(apps.first { $0["kgAppId"] as? String == "900100" })
            #expect(app["state"] as? String == "tripped")
            #expect(app["cause"] as? String == "wrongCredentials")
            #expect(app["waitingEvents"] as? Int == 40)
            #expect(apps.first { $0["kgAppId"] as? String == "900200" }?["state"] as? String == "watching")
            let metrics = try await stack.get("/metrics", of: address)
            #expect(metrics.body.contains("login_validator_guard_tripped{app=\"900100\"} 1\n"))
            let trip = try #require(try await self.guardEntries(stack).first)
            #expect(trip["kind"] as? String == "guardTripped" && trip["kg_app_id"] as? String == "900100")
            #expect((trip["details"] as? String)?.contains("wrongCredentials") == true)
            #expect(service.errors.components(separatedBy: "The mass-kick guard has tripped").count == 2)
            #expect(service.errors.components(separatedBy: "\"critical\"").count == 2)
            #expect(try await stack.read(stack.names.outcomes).isEmpty)
            #expect(try await stack.count("SELECT count(*) FROM decisions WHERE kg_app_id = '900100'") == 0)
            #expect(try await stack.answersByStatus()[401] ?? 0 <= 9)

            let right = Self.wrong.replacing("fake-secret-that-is-wrong", with: "simulated-app-secret-1")
            _ = try stack.folder.write(right, to: "credentials.yaml")
            service.send(SIGHUP)
            try await stack.waitForDecisions(60)
            #expect(try await stack.read(stack.names.outcomes).count == 10)
            let release = try #require(try await self.guardEntries(stack).last)
            #expect(release["kind"] as? String == "guardReleased")
            #expect((release["details"] as? String)?.contains("credentialsReplaced") == true)
            try await eventually("readiness") { try await stack.get("/readyz", of: address).status == 200 }
            let kinds = try await stack.rows("SELECT kind FROM service_log ORDER BY \"index\"")
            #expect(
                kinds.compactMap { $0["kind"] as? String }
                    == ["started", "guardTripped", "configurationChanged", "guardReleased"]
            )
            #expect(try await service.terminate() == 0)
            expectNoSecrets(stack, service, ["fake-token", "fake-secret"])
        }

        /// Many calls at a time and quick probes: nothing but the budget of wrong-key calls holds them back.
        @Test func wrongCredentialsNeverMakeATenthCallInAMinute() async throws {
            let stack = try await Stack(partitions: 6, platformArguments: ["--median-latency", "20"])
            let file = try stack.folder.write(Self.wrong, to: "credentials.yaml")
            let service = try await stack.startService([
                "PLATFORM_CREDENTIALS_FILE": file, "GUARD_PROBE_INTERVAL": "100ms",
            ])
            let address = try await stack.operations(of: service)
            try await stack.produce(lines: Self.lines(300, { _ in "ok" }, app: "900100"))
            try await eventually("nine calls") { try await stack.answersByStatus()[401] == 9 }
            // Twenty probes would be due in the two seconds that pass by the service's clock.
            func time() async throws -> String {
                let body = try await stack.get("/guard", of: address).body
                let report = try JSONSerialization.jsonObject(with: Data(body.utf8))
                return try #require((report as? [String: Any])?["at"] as? String)
            }
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
            func seconds(_ time: String) throws -> Double {
                try #require(formatter.date(from: time)).timeIntervalSince1970
            }
            let start = try seconds(try await time())
            try await eventually("two seconds") { try seconds(try await time()) > start + 2 }
            #expect(try await stack.answersByStatus() == [401: 9])
            #expect(try await stack.count("SELECT count(*) FROM decisions") == 0)
            #expect(try await service.terminate() == 0)
        }

        @Test(arguments: ServiceTests.brokers)
        func surgeOfKicksIsHeldUntilAnOperatorAcceptsIt(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let service = try await stack.startService([
                "GUARD_SUSPECT_KICKS": "10", "GUARD_SURGE_KICKS": "30",
            ])
            let address = try await stack.operations(of: service)
            try await stack.produce(lines: Self.lines(30, { _ in "ok" }, app: "900200"))
            try await stack.waitForDecisions(30)
            // As if a key of the platform's had been lost: it refuses every token as invalid.
            try await stack.produce(lines: Self.lines(300, { _ in "invalid" }, app: "900100"))
            try await service.waitForLog("The mass-kick guard has tripped")
            try await eventually("the trip in the trail") { try await self.guardEntries(stack).count == 1 }
            let ready = try await stack.get("/readyz", of: address)
            #expect(ready.status == 503 && ready.body.contains("900100 is held"), "\(ready.body)")
            // What was decided before the trip is published by now, because the trip's entry came with or after it.
            try await eventually("every decision's delivery") {
                try await stack.count("SELECT count(*) FROM decisions WHERE delivery <> 'committed'") == 0
            }
            let kicks = try await stack.read(stack.names.outcomes).count
            #expect(kicks < 50)

            let page = try await Tool.run(
                "curl",
                [
                    "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-H", "Origin: https://evil.example",
                    "http://\(address)/guard/release?all=true",
                ]
            )
            #expect(page == "403")
            #expect(try await stack.read(stack.names.outcomes).count == kicks, "Held kicks are not published.")
            let release = try await Program.run(["guard", "release", "--ops", address, "--app", "900100"])
            #expect(release.status == 0, "\(release.errors)")
            #expect(release.output == "Released: 900100\n")
            try await stack.waitForDecisions(330)
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(outcomes.count == 300)
            #expect(Set(outcomes.compactMap(\.key)).count == 300)
            let entry = try #require(try await self.guardEntries(stack).last)
            #expect(entry["kind"] as? String == "guardReleased")
            #expect((entry["details"] as? String)?.contains("\"operator\"") == true)
            let again = try await Program.run(["guard", "release", "--ops", address, "--all", "--format", "json"])
            #expect(try (again.json() as? [String: [String]])?["released"] == [])
            let other = try await Program.run(["guard", "release", "--ops", address, "--app", "900300"])
            #expect(other.status == 1 && other.errors.contains("kgAppId must be an app that has had an event"))
            try await eventually("readiness") { try await stack.get("/readyz", of: address).status == 200 }
            #expect(service.errors.contains("An operator released mass-kick guards"))
            #expect(try await service.terminate() == 0)
            let gone = try await Program.run(["guard", "status", "--ops", address])
            #expect(gone.status == 1 && gone.errors.contains("No service answers at \(address)"))
            expectNoSecrets(stack, service)
        }
    }
}
