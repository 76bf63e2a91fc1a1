import Foundation
import LoginContracts
import Simulation
import Testing

extension ServiceTests {
    /// What happens to processes: they are stopped, frozen, restarted, while logins go on.
    struct FaultTests {
        static let events = 1500
        static let seed: UInt64 = 20_260_207

        /// Events of which every decision is known beforehand.
        private static let expected = Array(EventGenerator(.init(seed: Self.seed)).prefix(Self.events))

        private static func produce(_ stack: Stack) async throws {
            let producing = try await Program.run([
                "simulate", "events", "--bootstrap-servers", stack.bootstrapServers, "--topic", stack.names.events,
                "--count", "\(Self.events)", "--seed", "\(Self.seed)",
            ])
            #expect(producing.status == 0, "\(producing.errors)")
        }

        @Test(arguments: ServiceTests.brokers)
        func gracefulStopsUnderLoadLoseAndRepeatNothing(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal, partitions: 6, platformArguments: ["--median-latency", "20"])
            try await Self.produce(stack)
            for stop in 1...3 {
                let service = try await stack.startService()
                let sql = "SELECT count(*) FROM entries WHERE kind = 'validation'"
                try await eventually("entries before stop \(stop)", every: .milliseconds(10)) {
                    ((try? await stack.count(sql)) ?? 0) >= stop * 100
                }
                #expect(try await service.terminate() == 0)
                // What was decided was published, and so it is on record.
                #expect(try await stack.count("SELECT count(*) FROM decisions WHERE delivery <> 'committed'") == 0)
            }
            let last = try await stack.startService()
            try await stack.waitForDecisions(Self.events)
            #expect(try await last.terminate() == 0)
            try await Self.expectEverythingOnce(stack, trails: [stack.trail])
        }

        /// Frozen beyond its session it comes back believing in partitions that are another's: nothing of it may count.
        @Test(arguments: ServiceTests.brokers)
        func instanceThatWasFrozenBeyondItsSessionGoesOn(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal, partitions: 6, platformArguments: ["--median-latency", "40"])
            let trails = [stack.trail, stack.folder.file("other.db")]
            let services = [
                try await stack.startService(["PLATFORM_MAXIMUM_CONNECTIONS": "8"]),
                try await stack.startService([
                    "INSTANCE_ID": "other", "AUDIT_DATABASE": trails[1], "PLATFORM_MAXIMUM_CONNECTIONS": "8",
                ]),
            ]
            try await Self.produce(stack)
            // A broker that makes topics with one partition gives all the work to one of them.
            let busy: Int = try await eventually("some decisions", every: .milliseconds(10)) {
                for index in trails.indices {
                    let rows = try? await stack.rows("SELECT count(*) AS count FROM decisions", of: trails[index])
                    if (rows?.first?["count"] as? Int ?? 0) > 50 { return index }
                }
                return nil
            }
            let (zombie, other) = (services[busy], services[1 - busy])
            let assignments = other.errors.components(separatedBy: "Partitions assigned").count
            zombie.send(SIGSTOP)
            try await eventually("the frozen one's partitions with the other", within: .seconds(60)) {
                other.errors.components(separatedBy: "Partitions assigned").count > assignments
            }
            zombie.send(SIGCONT)
            try await eventually("every decision", within: .seconds(90), every: .milliseconds(100)) {
                try await Self.committedPlaces(stack, trails).count >= Self.events
            }
            #expect(try await zombie.terminate() == 0)
            #expect(try await other.terminate() == 0)
            try await Self.expectEverythingOnce(stack, trails: trails)
        }

        @Test(arguments: ServiceTests.brokers)
        func platformThatIsRestartedUnderLoadChangesNoDecision(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal, partitions: 6, platformArguments: ["--median-latency", "20"])
            try await Self.produce(stack)
            let service = try await stack.startService()
            for restart in 1...2 {
                try await eventually("decisions before restart \(restart)", every: .milliseconds(10)) {
                    ((try? await stack.count("SELECT count(*) FROM decisions")) ?? 0) > restart * 150
                }
                try await stack.crashPlatform()
                try await service.waitForLog("The platform could not be asked")
                try await stack.restartPlatform()
            }
            try await stack.waitForDecisions(Self.events, within: .seconds(90))
            #expect(service.isRunning)
            #expect(try await service.terminate() == 0)
            try await Self.expectEverythingOnce(stack, trails: [stack.trail])
        }

        @Test(
            .enabled(
                if: Stack.realBroker != nil && Stack.restartCommand != nil,
                "Set KAFKA_BOOTSTRAP_SERVERS, and KAFKA_RESTART_COMMAND to a command that restarts that broker"
            )
        )
        func brokerThatIsRestartedUnderLoadChangesNothing() async throws {
            let stack = try await Stack(isReal: true, partitions: 6, platformArguments: ["--median-latency", "20"])
            try await Self.produce(stack)
            let service = try await stack.startService()
            try await eventually("some decisions", every: .milliseconds(10)) {
                ((try? await stack.count("SELECT count(*) FROM decisions")) ?? 0) > 200
            }
            _ = try await Tool.run("bash", ["-c", Stack.restartCommand ?? "false"], within: .seconds(120))
            try await stack.waitForDecisions(Self.events, within: .seconds(120))
            #expect(service.isRunning)
            #expect(try await service.terminate() == 0)
            try await Self.expectEverythingOnce(stack, trails: [stack.trail])
        }

        /// An idle topic is none of the watchdog's business; the shortest limit makes it look all the time.
        @Test(arguments: ServiceTests.brokers)
        func idleServiceIsLeftAlone(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let service = try await stack.startService(["STALL_TIMEOUT": "2s", "LOG_LEVEL": "debug"])
            try await stack.produce(key: "1", value: event("ok_fake-token-1", player: "1"))
            try await stack.waitForDecisions(1)
            try await eventually("several looks at the idle topic", within: .seconds(30)) {
                service.errors.components(separatedBy: "Nothing is waiting").count > 3
            }
            try await stack.produce(key: "2", value: event("ok_fake-token-2", player: "2"))
            try await stack.waitForDecisions(2)
            #expect(service.isRunning)
            #expect(!service.errors.contains("stands still"))
            #expect(try await service.terminate() == 0)
        }

        /// Places of records whose decision some trail calls committed.
        private static func committedPlaces(_ stack: Stack, _ trails: [String]) async throws -> Set<[Int]> {
            let sql = "SELECT partition, \"offset\" FROM decisions WHERE delivery = 'committed'"
            var places: Set<[Int]> = []
            for trail in trails {
                for row in (try? await stack.rows(sql, of: trail)) ?? [] {
                    places.insert([row["partition"] as? Int ?? -1, row["offset"] as? Int ?? -1])
                }
            }
            return places
        }

        /// Every event decided as it deserves, in exactly one trail; on a broker with transactions every outcome once.
        private static func expectEverythingOnce(_ stack: Stack, trails: [String]) async throws {
            #expect(try await Self.committedPlaces(stack, trails).count == Self.events)
            let published = try await stack.read(stack.names.outcomes)
            let identities = Dictionary(grouping: published) { $0.header("ce_id") ?? "" }
            let sessions = try identities.values.map { try $0[0].document()["sessionId"] as? String ?? "" }
            let deserving = Self.expected.filter(\.expected.publishesOutcome).map { "session-\($0.index)" }
            #expect(sessions.sorted() == deserving.sorted())
            let letters = try await stack.read(stack.names.deadLetters)
            let places = Set(
                letters.map { [$0.header("__connect.errors.partition"), $0.header("__connect.errors.offset")] }
            )
            #expect(places.count == Self.expected.filter(\.expected.isDeadLetter).count)
            guard stack.isReal else { return }
            #expect(published.count == identities.count, "An outcome is there twice.")
            #expect(letters.count == places.count, "A dead letter is there twice.")
        }
    }
}
