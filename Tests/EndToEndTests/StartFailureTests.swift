import Foundation
import Testing

/// A service that cannot start says why in one message, names the setting or thing, and ends with the right status.
@Suite(.logsInFailures, .timeLimit(.minutes(2)))
struct StartFailureTests {
    /// What is wrong, what it must say, and how it must end.
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        /// 2 for usage and configuration, 1 for everything else.
        var status: Int32
        /// All of them stand on stderr.
        var says: [String]
        /// Changes of a configuration that is right.
        var environment: [String: String] = [:]
        var arguments: [String] = ["run"]
        /// Prepares files in the test's folder.
        var prepare: @Sendable (TemporaryFolder) async throws -> Void = { _ in }

        var testDescription: String { self.name }
    }

    static let configurationFaults: [Fault] = [
        Fault(
            name: "missing secret",
            status: 2,
            says: ["PLATFORM_APP_SECRET", "is not set"],
            environment: ["PLATFORM_APP_SECRET": ""]
        ),
        Fault(
            name: "no app",
            status: 2,
            says: ["PLATFORM_APP_ID", "is not set"],
            environment: ["PLATFORM_APP_ID": ""]
        ),
        Fault(
            name: "no broker",
            status: 2,
            says: ["KAFKA_BOOTSTRAP_SERVERS", "is not set"],
            environment: ["KAFKA_BOOTSTRAP_SERVERS": ""]
        ),
        Fault(
            name: "broker without a port",
            status: 2,
            says: ["KAFKA_BOOTSTRAP_SERVERS", "must be host:port"],
            environment: ["KAFKA_BOOTSTRAP_SERVERS": "kafka"]
        ),
        Fault(name: "bad URL", status: 2, says: ["PLATFORM_"], environment: ["PLATFORM_BASE_URL": "not a url"]),
        Fault(
            name: "plain text to another host",
            status: 2,
            says: ["PLATFORM_BASE_URL", "must begin with https://", "PLATFORM_ALLOW_PLAINTEXT"],
            environment: ["PLATFORM_BASE_URL": "http://platform.example.com"]
        ),
        Fault(
            name: "two problems at once",
            status: 2,
            says: ["2 problems", "KAFKA_DELIVERY", "PLATFORM_TIMEOUT"],
            environment: ["KAFKA_DELIVERY": "twice", "PLATFORM_TIMEOUT": "soon"]
        ),
        Fault(name: "unknown setting", status: 2, says: ["--set NO_SUCH"], arguments: ["run", "--set", "NO_SUCH=1"]),
        Fault(
            name: "secret as an argument",
            status: 2,
            says: ["PLATFORM_APP_SECRET", "PLATFORM_APP_SECRET_FILE"],
            arguments: ["run", "--set", "PLATFORM_APP_SECRET=fake-token"]
        ),
        Fault(name: "unknown option", status: 2, says: ["--no-such"], arguments: ["run", "--no-such"]),
        Fault(name: "unknown command", status: 2, says: ["walk"], arguments: ["walk"]),
        Fault(
            name: "missing configuration file",
            status: 2,
            says: ["--config", "$FOLDER/none.yaml"],
            arguments: ["run", "--config", "$FOLDER/none.yaml"]
        ),
        Fault(
            name: "broken configuration file",
            status: 2,
            says: ["--config", "not valid YAML or JSON"],
            arguments: ["run", "--config", "$FOLDER/broken.yaml"],
            prepare: { _ = try $0.write("kafka: [fake-token", to: "broken.yaml") }
        ),
        Fault(
            name: "unknown key in the configuration file",
            status: 2,
            says: ["kafka.grupId", "did you mean kafka.groupId"],
            arguments: ["run", "--config", "$FOLDER/key.yaml"],
            prepare: { _ = try $0.write("kafka: {grupId: x}", to: "key.yaml") }
        ),
        Fault(
            name: "missing credentials file",
            status: 2,
            says: ["PLATFORM_CREDENTIALS_FILE", "/nonexistent/apps.yaml"],
            environment: ["PLATFORM_CREDENTIALS_FILE": "/nonexistent/apps.yaml", "PLATFORM_APP_ID": ""]
        ),
        Fault(
            name: "Kafka property that would break a guarantee",
            status: 2,
            says: ["KAFKA_PROPERTIES_FILE", "enable.idempotence"],
            environment: ["KAFKA_PROPERTIES_FILE": "$FOLDER/kafka.properties"],
            prepare: { _ = try $0.write("enable.idempotence=false\n", to: "kafka.properties") }
        ),
    ]

    static let trailFaults: [Fault] = [
        Fault(
            name: "trail in /proc",
            status: 1,
            says: ["/proc/audit.db"],
            environment: ["AUDIT_DATABASE": "/proc/audit.db"]
        ),
        Fault(name: "trail is a folder", status: 1, says: ["folder"], environment: ["AUDIT_DATABASE": "$FOLDER"]),
        Fault(
            name: "trail in no folder",
            status: 1,
            says: ["does not exist"],
            environment: ["AUDIT_DATABASE": "$FOLDER/none/audit.db"]
        ),
        Fault(
            name: "not a database",
            status: 1,
            says: ["$FOLDER/audit.db", "no SQLite database"],
            prepare: { _ = try $0.write(String(repeating: "fake-token ", count: 500), to: "audit.db") }
        ),
        Fault(
            name: "another application's database",
            status: 1,
            says: ["$FOLDER/audit.db", "another application"],
            prepare: {
                let sql = "PRAGMA user_version = 7; CREATE TABLE t (a)"
                _ = try await Tool.run("sqlite3", [$0.file("audit.db"), sql])
            }
        ),
    ]

    static let kafkaFaults: [Fault] = [
        Fault(
            name: "unreachable broker",
            status: 1,
            says: ["KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1 "],
            environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"]
        )
    ]

    @Test(arguments: configurationFaults + trailFaults + kafkaFaults)
    func faultIsExplained(fault: Fault) async throws {
        let folder = try TemporaryFolder()
        func here(_ text: String) -> String { text.replacingOccurrences(of: "$FOLDER", with: folder.path) }
        try await fault.prepare(folder)
        var environment = [
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "PLATFORM_BASE_URL": "http://127.0.0.1:9",
            "PLATFORM_APP_ID": "900100", "PLATFORM_APP_SECRET": "fake-token-secret",
            "PLATFORM_ADMIN_KEY": "fake-token-key", "AUDIT_DATABASE": folder.file("audit.db"),
            "OPS_LISTEN": "127.0.0.1:0",
        ]
        environment.merge(fault.environment.mapValues(here)) { _, new in new }
        let run = try await Program.run(fault.arguments.map(here), environment: environment)
        self.expectExplained(run, status: fault.status, says: fault.says.map(here))
    }

    @Test func trailOfANewerVersionIsRefused() async throws {
        let stack = try await Stack()
        _ = try await stack.startService().terminate()
        _ = try await Tool.run("sqlite3", [stack.trail, "PRAGMA user_version = 99"])
        let run = try await Program.run(["run"], environment: try stack.environment())
        self.expectExplained(run, status: 1, says: [stack.trail, "newer version of login-validator"])
    }

    @Test func secondInstanceOnTheSameTrailIsRefused() async throws {
        let stack = try await Stack()
        let first = try await stack.startService()
        let run = try await Program.run(["run"], environment: try stack.environment())
        self.expectExplained(run, status: 1, says: ["Another instance (process ", stack.trail])
        #expect(first.isRunning)
        #expect(try await first.terminate() == 0)
    }

    @Test func exactlyOnceOnTheEmbeddedBrokerIsRefused() async throws {
        let stack = try await Stack()
        let environment = try stack.environment().merging(["KAFKA_DELIVERY": "exactly-once"]) { _, new in new }
        let run = try await Program.run(["run"], environment: environment)
        self.expectExplained(run, status: 1, says: ["KAFKA_DELIVERY=at-least-once", "exactly-once"])
    }

    private func expectExplained(_ run: Program.Completed, status: Int32, says: [String]) {
        #expect(run.status == status, "\(run.errors)")
        for text in says { #expect(run.errors.contains(text), "\(run.errors)") }
        for text in ["Fatal error", "Stack dump", "Thread 0", "SIGILL", "fake-token"] {
            #expect(!run.errors.contains(text), "\(run.errors)")
        }
        #expect(run.output.isEmpty)
        let messages = run.errors.split(separator: "\n").filter {
            $0.hasPrefix("login-validator: ") && !$0.hasPrefix("login-validator: warning: ")
        }
        #expect(messages.count <= 1, "\(run.errors)")
        #expect(messages.count == 1 || run.errors.contains("Usage:"), "\(run.errors)")
    }
}
