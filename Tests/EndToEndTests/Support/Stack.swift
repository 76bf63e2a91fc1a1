import Foundation

/// A broker, a simulated platform and the service, started as a user does, with topics and a trail of their own.
final class Stack: Sendable {
    let bootstrapServers: String
    let platformURL: String
    let folder: TemporaryFolder
    let names: Names
    let delivery: String
    private let broker: Running?
    private let platform: Running

    /// Topics and group, unique to a test, because a real broker outlives it.
    struct Names: Sendable {
        let suffix: String
        var events: String { "login.events.\(self.suffix)" }
        var outcomes: String { "login.outcomes.\(self.suffix)" }
        var deadLetters: String { "login.dead-letters.\(self.suffix)" }
        var group: String { "login-validator.\(self.suffix)" }
    }

    /// The real broker, if there is one.
    static let realBroker = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]

    /// - Parameter isReal: whether to use the real broker, exactly-once; else the embedded one, at-least-once.
    init(isReal: Bool = false, partitions: Int = 3) async throws {
        self.folder = try TemporaryFolder()
        self.names = Names(suffix: String(UUID().uuidString.prefix(8).lowercased()))
        self.delivery = isReal ? "exactly-once" : "at-least-once"
        if isReal, let address = Self.realBroker {
            self.broker = nil
            self.bootstrapServers = address
        } else {
            let topics = [self.names.events, self.names.outcomes, self.names.deadLetters]
            let broker = try Program.start(
                ["simulate", "broker"] + topics.flatMap { ["--topic", "\($0):\(partitions)"] }
            )
            self.bootstrapServers = try await broker.firstLine()
            self.broker = broker
        }
        self.platform = try Program.start(["simulate", "platform", "--port", "0"])
        self.platformURL = try await self.platform.firstLine()
    }

    var trail: String { self.folder.file("audit.db") }

    var environment: [String: String] {
        [
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrapServers, "KAFKA_DELIVERY": self.delivery,
            "KAFKA_GROUP_ID": self.names.group, "KAFKA_LOGIN_EVENTS_TOPIC": self.names.events,
            "KAFKA_OUTCOMES_TOPIC": self.names.outcomes, "KAFKA_DEAD_LETTERS_TOPIC": self.names.deadLetters,
            "PLATFORM_BASE_URL": self.platformURL, "PLATFORM_APP_ID": "900100",
            "PLATFORM_APP_SECRET": "simulated-app-secret-1", "PLATFORM_ADMIN_KEY": "simulated-admin-key-1",
            "AUDIT_DATABASE": self.trail, "OPS_LISTEN": "127.0.0.1:0", "INSTANCE_ID": "test", "LOG_FORMAT": "json",
        ]
    }

    /// Starts the service and waits until it consumes.
    func startService(_ changes: [String: String] = [:]) async throws -> Running {
        let service = try Program.start(["run"], environment: self.environment.merging(changes) { _, new in new })
        try await service.waitForLog("Partitions assigned", within: .seconds(60))
        return service
    }

    /// Produces one record with `kcat`.
    func produce(key: String?, value: String, headers: [String] = []) async throws {
        var arguments = ["-b", self.bootstrapServers, "-P", "-t", self.names.events]
        if let key { arguments += ["-k", key] }
        for header in headers { arguments += ["-H", header] }
        // -e and one file: the whole file is one record, whatever is in it.
        let file = self.folder.file("record-\(UUID().uuidString)")
        try Data(value.utf8).write(to: URL(fileURLWithPath: file))
        _ = try await Tool.run("kcat", arguments + [file])
    }

    /// Produces lines of `key|value` with `kcat`.
    func produce(lines: [String]) async throws {
        let file = self.folder.file("lines-\(UUID().uuidString)")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
        _ = try await Tool.run(
            "kcat",
            ["-b", self.bootstrapServers, "-P", "-t", self.names.events, "-K", "|", "-l", file]
        )
    }

    /// Everything a reader of committed records sees in a topic, oldest first within a partition.
    func read(_ topic: String) async throws -> [PublishedRecord] {
        let text = try await Tool.run(
            "kcat",
            [
                "-b", self.bootstrapServers, "-C", "-t", topic, "-e", "-q", "-J", "-o", "beginning", "-X",
                "isolation.level=read_committed",
            ]
        )
        return try text.split(separator: "\n").map { line in
            try JSONDecoder().decode(PublishedRecord.self, from: Data(line.utf8))
        }
    }

    /// Rows of a query in the `sqlite3` shell.
    func rows(_ sql: String) async throws -> [[String: Any]] {
        guard FileManager.default.fileExists(atPath: self.trail) else { return [] }
        let text = try await Tool.run("sqlite3", ["-readonly", "-json", self.trail, sql])
        guard !text.isEmpty else { return [] }
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    /// One number of a query in the `sqlite3` shell; nil while there is no trail.
    func count(_ sql: String) async throws -> Int? {
        guard FileManager.default.fileExists(atPath: self.trail) else { return nil }
        return Int(try await Tool.run("sqlite3", ["-readonly", self.trail, sql]).trimmingCharacters(in: .newlines))
    }

    /// Waits until that many logins are decided and delivered.
    func waitForDecisions(_ expected: Int, within limit: Duration = .seconds(60)) async throws {
        _ = try await eventually("\(expected) delivered decisions", within: limit) { () -> Bool? in
            let delivered = try? await self.count("SELECT count(*) FROM decisions WHERE delivery = 'committed'")
            return (delivered ?? 0) >= expected ? true : nil
        }
    }

    /// How often the platform was asked about a token.
    func requests(forToken token: String) async throws -> Int {
        let text = try await Tool.run(
            "curl",
            ["-s", "-X", "POST", "--data-binary", token, self.platformURL + "/control/requests"]
        )
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return document?["requests"] as? Int ?? -1
    }
}

/// A record as `kcat -J` prints it.
struct PublishedRecord: Decodable {
    var partition: Int
    var offset: Int64
    var headers: [String]?
    var key: String?
    var payload: String?

    /// The value of a header; kcat prints names and values in turn.
    func header(_ name: String) -> String? {
        guard let headers, let index = headers.indices.first(where: { $0 % 2 == 0 && headers[$0] == name }) else {
            return nil
        }
        return headers[index + 1]
    }

    /// The payload as a JSON object.
    func document() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data((self.payload ?? "").utf8)) as? [String: Any] ?? [:]
    }
}
