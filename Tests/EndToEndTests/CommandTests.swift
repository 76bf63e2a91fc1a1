import Foundation
import Testing

/// The commands beside `run`: results on stdout, remarks on stderr, the contract's exit statuses.
@Suite(.logsInFailures, .timeLimit(.minutes(2)))
struct CommandTests {
    // MARK: validate

    struct Validation: Sendable {
        var token: String
        var status: Int32
        var decision: String
        var reason: String?
        var isFromFile = false
    }

    @Test(arguments: [
        Validation(token: "ok_fake-token", status: 0, decision: "pass"),
        Validation(token: "ok_fake-token", status: 0, decision: "pass", isFromFile: true),
        Validation(token: "invalid_fake-token", status: 10, decision: "kick", reason: "tokenInvalid"),
        Validation(token: "gone_fake-token", status: 10, decision: "kick", reason: "playerNotFound"),
        Validation(token: "lie_fake-token", status: 10, decision: "kick", reason: "playerMismatch", isFromFile: true),
        Validation(token: "locked_fake-token", status: 11, decision: "lockout", reason: "lockedOut"),
        Validation(token: "status-400_fake-token", status: 12, decision: "rejected", reason: "invalidRequest"),
        Validation(token: "close_fake-token", status: 12, decision: "undetermined", reason: "platformUnavailable"),
        Validation(token: "status-403_fake-token", status: 12, decision: "undetermined", reason: "platformUnavailable"),
    ])
    func validateSaysWhatTheServiceWouldDecide(validation: Validation) async throws {
        let platform = try await PlatformOnly()
        let folder = try TemporaryFolder()
        var arguments = ["validate", "--platform", "mobile", "--player", "1234", "--format", "json"]
        if validation.isFromFile { arguments += ["--token-file", try folder.write(validation.token + "\n", to: "t")] }
        let run = try await Program.run(
            arguments,
            environment: platform.environment,
            input: validation.isFromFile ? nil : validation.token + "\n"
        )
        #expect(run.status == validation.status, "\(run.errors)")
        let result = try #require(try run.json() as? [String: Any])
        #expect(result["decision"] as? String == validation.decision)
        #expect(result["reason"] as? String == validation.reason)
        #expect(!run.output.contains("fake-token"))
        #expect(!run.errors.contains("fake-token"))
        let table = try await Program.run(
            Array(arguments.prefix(5)),
            environment: platform.environment,
            input: validation.token
        )
        #expect(table.status == validation.status)
        #expect(table.output.contains(validation.decision))
    }

    @Test(arguments: [
        ["validate", "--platform", "mobile", "ok_fake-token"],
        ["validate", "--platform", "mobile", "--token", "ok_fake-token"],
        ["validate", "--platform", "console"], ["validate"],
        ["validate", "--platform", "mobile", "--token-file", "/nonexistent"],
    ])
    func tokenIsNeverAnArgument(arguments: [String]) async throws {
        let platform = try await PlatformOnly()
        let run = try await Program.run(arguments, environment: platform.environment, input: "ok_fake-token")
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(!run.errors.isEmpty)
    }

    @Test(arguments: ["", "two words", "ctrl\u{7}", String(repeating: "x", count: 5000)])
    func whatIsNoTokenIsAUsageError(token: String) async throws {
        let platform = try await PlatformOnly()
        let arguments = ["validate", "--platform", "mobile"]
        let run = try await Program.run(arguments, environment: platform.environment, input: token)
        #expect(run.status == 2)
        #expect(run.errors.contains("is not an access token"))
    }

    // MARK: config

    @Test func configShowsEverySettingAndNoSecret() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("kafka:\n  groupId: from-file\n  delivery: at-least-once\n", to: "c.yaml")
        let environment = [
            "PLATFORM_APP_SECRET": "fake-token-1", "PLATFORM_ADMIN_KEY": "fake-token-2", "PLATFORM_APP_ID": "900100",
            "KAFKA_GROUP_ID": "from-environment",
        ]
        let arguments = ["config", "show", "--config", file, "--set", "PLATFORM_TIMEOUT=3s"]
        let table = try await Program.run(arguments, environment: environment)
        #expect(table.status == 0, "\(table.errors)")
        let run = try await Program.run(arguments + ["--format", "json"], environment: environment)
        #expect(run.status == 0)
        for text in [table.output, table.errors, run.output, run.errors] { #expect(!text.contains("fake-token")) }
        let rows = try #require(try run.json() as? [[String: String]])
        func row(_ name: String) -> [String: String]? { rows.first { $0["name"] == name } }
        #expect(row("KAFKA_GROUP_ID")?["value"] == "from-environment")
        #expect(row("KAFKA_GROUP_ID")?["origin"] == "environment")
        #expect(row("KAFKA_DELIVERY")?["value"] == "at-least-once")
        #expect(row("KAFKA_DELIVERY")?["origin"] == "file")
        #expect(row("PLATFORM_TIMEOUT")?["origin"] == "flag")
        #expect(row("POLICY")?["origin"] == "default")
        #expect(row("PLATFORM_APP_SECRET")?["value"] == "<redacted>")
        #expect(row("PLATFORM_ADMIN_KEY")?["value"] == "<redacted>")
    }

    @Test func configCheckNamesEveryProblem() async throws {
        let environment = ["KAFKA_DELIVERY": "twice", "PLATFORM_TIMEOUT": "soon", "LOG_LEVEL": "loud"]
        let run = try await Program.run(["config", "check"], environment: environment)
        #expect(run.status == 2)
        for name in ["KAFKA_DELIVERY", "PLATFORM_TIMEOUT", "LOG_LEVEL", "KAFKA_BOOTSTRAP_SERVERS", "PLATFORM_APP_ID"] {
            #expect(run.errors.contains(name))
        }
    }

    // MARK: demo

    @Test func demoRunsTwiceOnOneTrail() async throws {
        let folder = try TemporaryFolder()
        let trail = folder.file("demo/audit.db")
        for run in 1...2 {
            let demo = try await Program.run(["demo", "--events", "300", "--trail", trail])
            #expect(demo.status == 0, "\(demo.errors)")
            #expect(demo.output.contains("300 logins decided"))
            #expect(demo.output.contains("pass"))
            #expect(demo.output.contains(trail))
            let count = try await Tool.run("sqlite3", ["-readonly", trail, "SELECT count(*) FROM decisions"])
            #expect(count == "\(300 * run)\n")
        }
        let doubt = "SELECT count(*) FROM decisions WHERE delivery <> 'committed'"
        #expect(try await Tool.run("sqlite3", ["-readonly", trail, doubt]) == "0\n")
    }

    /// A simulated platform, without Kafka.
    final class PlatformOnly: Sendable {
        private let process: Running
        let environment: [String: String]

        init() async throws {
            self.process = try Program.start(["simulate", "platform", "--port", "0"])
            self.environment = [
                "PLATFORM_BASE_URL": try await self.process.firstLine(), "PLATFORM_APP_ID": "900100",
                "PLATFORM_APP_SECRET": "simulated-app-secret-1", "PLATFORM_ADMIN_KEY": "simulated-admin-key-1",
            ]
        }
    }
}
