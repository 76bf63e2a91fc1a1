import Foundation
import Synchronization

/// A broker, a simulated platform and the service, started as a user does, with topics and a trail of their own.
final class Stack: Sendable {
    let bootstrapServers: String
    let platformURL: String
    let folder: TemporaryFolder
    let names: Names
    let isReal: Bool
    private let broker: Running?
    private let platform: Mutex<Running>
    private let platformArguments: [String]

    /// Topics and group, unique to a test, because a real broker outlives it.
    struct Names: Sendable {
        let suffix = String(UUID().uuidString.prefix(8).lowercased())
        var events: String { "login.events.\(self.suffix)" }
        var outcomes: String { "login.outcomes.\(self.suffix)" }
        var deadLetters: String { "login.dead-letters.\(self.suffix)" }
        var checkpoints: String { "login.checkpoints.\(self.suffix)" }
        var group: String { "login-validator.\(self.suffix)" }
        var topics: [String] { [self.events, self.outcomes, self.deadLetters, self.checkpoints] }
    }

    /// The real broker, if there is one.
    static let realBroker = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]
    /// Restarts the real broker and returns when it answers again.
    static let restartCommand = ProcessInfo.processInfo.environment["KAFKA_RESTART_COMMAND"]

    /// - Parameters:
    ///   - isReal: whether to use the real broker, exactly-once; else the embedded one, at-least-once.
    ///   - partitions: of each topic on the embedded broker; the real one decides for itself.
    ///   - platformArguments: further arguments of `simulate platform`.
    init(isReal: Bool = false, partitions: Int = 3, platformArguments: [String] = []) async throws {
        self.folder = try TemporaryFolder()
        let names = Names()
        self.names = names
        self.isReal = isReal
        if isReal, let address = Self.realBroker {
            self.broker = nil
            self.bootstrapServers = address
        } else {
            let topics = names.topics.flatMap { ["--topic", "\($0):\(partitions)"] }
            let broker = try Program.start(["simulate", "broker"] + topics)
            self.bootstrapServers = try await broker.firstLine()
            self.broker = broker
        }
        self.platformArguments = platformArguments
        let platform = try Program.start(["simulate", "platform", "--port", "0"] + platformArguments)
        self.platformURL = try await platform.firstLine()
        self.platform = Mutex(platform)
        if isReal { for topic in names.topics { try await self.waitForTopic(topic) } }
    }

    var trail: String { self.folder.file("audit.db") }

    /// What the service is told.
    func environment() throws -> [String: String] {
        let credentials = try self.folder.write(
            """
            - kgAppId: "900100"
              appSecret: simulated-app-secret-1
              adminKey: simulated-admin-key-1
            - kgAppId: "900200"
              appSecret: simulated-app-secret-2
              adminKey: simulated-admin-key-2
            """,
            to: "apps.yaml"
        )
        // The shortest time after which a broker gives up a consumer that was killed.
        let properties = try self.folder.write(
            "session.timeout.ms=6000\nheartbeat.interval.ms=500\n",
            to: "kafka.properties"
        )
        return [
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrapServers,
            "KAFKA_DELIVERY": self.isReal ? "exactly-once" : "at-least-once", "KAFKA_GROUP_ID": self.names.group,
            "KAFKA_LOGIN_EVENTS_TOPIC": self.names.events, "KAFKA_OUTCOMES_TOPIC": self.names.outcomes,
            "KAFKA_DEAD_LETTERS_TOPIC": self.names.deadLetters, "KAFKA_PROPERTIES_FILE": properties,
            "KAFKA_AUDIT_CHECKPOINTS_TOPIC": self.names.checkpoints, "AUDIT_CHECKPOINT_INTERVAL": "1s",
            "PLATFORM_BASE_URL": self.platformURL, "PLATFORM_CREDENTIALS_FILE": credentials,
            "AUDIT_DATABASE": self.trail, "OPS_LISTEN": "127.0.0.1:0", "INSTANCE_ID": "test", "LOG_FORMAT": "json",
            // Most tests kick more players than any day does; those of the guard set what is its default.
            "GUARD_SUSPECT_KICKS": "1000", "GUARD_SURGE_KICKS": "10000",
        ]
    }

    /// Starts the service.
    func launchService(_ changes: [String: String] = [:]) throws -> Running {
        try Program.start(["run"], environment: try self.environment().merging(changes) { _, new in new })
    }

    /// Starts the service and waits until it consumes.
    func startService(_ changes: [String: String] = [:]) async throws -> Running {
        let service = try self.launchService(changes)
        try await service.waitForLog("Partitions assigned", within: .seconds(60))
        return service
    }

    /// Ends the platform at once: its connections break and new ones are refused.
    func crashPlatform() async throws {
        try await self.platform.withLock { $0 }.crash()
    }

    /// Starts it again where it was. What it remembers of its callers is gone.
    func restartPlatform() async throws {
        let port = self.platformURL.split(separator: ":").last.map(String.init) ?? ""
        let platform = try Program.start(["simulate", "platform", "--port", port] + self.platformArguments)
        _ = try await platform.firstLine()
        self.platform.withLock { $0 = platform }
    }

    /// How often the platform was asked about each token, in one go.
    func requests(forTokens tokens: [String]) async throws -> [Int] {
        guard !tokens.isEmpty else { return [] }
        let configuration = tokens.map {
            """
            url = "\(self.platformURL)/control/requests"
            request = "POST"
            data-binary = "\($0)"
            silent
            write-out = "\\n"
            """
        }
        let file = try self.folder.write(configuration.joined(separator: "\nnext\n"), to: "curl-\(UUID().uuidString)")
        let text = try await Tool.run("curl", ["--config", file])
        let counts = try text.split(separator: "\n").map { line -> Int in
            let document = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return document?["requests"] as? Int ?? -1
        }
        guard counts.count == tokens.count else { throw Failure("The platform answered: \(text)") }
        return counts
    }

    func requests(forToken token: String) async throws -> Int {
        try await self.requests(forTokens: [token])[0]
    }
}
