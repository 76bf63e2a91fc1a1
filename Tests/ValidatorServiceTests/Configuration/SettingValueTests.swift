import AuditTrail
import HTTPListener
import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

@Suite struct SettingValueTests {
    struct Good: Sendable {
        var name: String
        var text: String
        var isRight: @Sendable (ServiceConfiguration) -> Bool

        init(_ name: String, _ text: String, _ isRight: @escaping @Sendable (ServiceConfiguration) -> Bool) {
            self.name = name
            self.text = text
            self.isRight = isRight
        }
    }

    static let good: [Good] = [
        Good("KAFKA_BOOTSTRAP_SERVERS", "a:1") { $0.kafka.bootstrapServers == "a:1" },
        Good("KAFKA_BOOTSTRAP_SERVERS", "a.b:9092,[::1]:65535,SSL://c:9093") { !$0.kafka.bootstrapServers.isEmpty },
        Good("KAFKA_GROUP_ID", "g") { $0.kafka.groupID == "g" },
        Good("KAFKA_GROUP_ID", String(repeating: "g", count: 200)) { $0.kafka.groupID.count == 200 },
        Good("KAFKA_LOGIN_EVENTS_TOPIC", "in") { $0.kafka.loginEventsTopic == "in" },
        Good("KAFKA_OUTCOMES_TOPIC", String(repeating: "o", count: 249)) { $0.kafka.outcomesTopic.count == 249 },
        Good("KAFKA_DEAD_LETTERS_TOPIC", "dead_letters-1.x") { $0.kafka.deadLettersTopic == "dead_letters-1.x" },
        Good("KAFKA_DELIVERY", "at-least-once") { $0.kafka.delivery == .atLeastOnce },
        Good("KAFKA_DELIVERY", "EXACTLY-ONCE") { $0.kafka.delivery == .exactlyOnce },
        Good("PLATFORM_BASE_URL", "https://h") { $0.platform.baseURL == "https://h" },
        Good("PLATFORM_BASE_URL", "http://127.0.0.1:8080/base") { $0.platform.baseURL.hasSuffix("/base") },
        Good("PLATFORM_BASE_URL", "http://[::1]:8080") { $0.platform.baseURL.contains("::1") },
        Good("PLATFORM_BASE_URL", "http://localhost") { $0.platform.baseURL == "http://localhost" },
        Good("PLATFORM_TIMEOUT", "100ms") { $0.platform.timeout == .milliseconds(100) && $0.warnings.count == 1 },
        Good("PLATFORM_TIMEOUT", "2m") { $0.platform.timeout == .seconds(120) && $0.warnings.isEmpty },
        Good("PLATFORM_MAXIMUM_CONNECTIONS", "1") { $0.platform.maximumConnections == 1 },
        Good("PLATFORM_MAXIMUM_CONNECTIONS", "4096") { $0.platform.maximumConnections == 4096 },
        Good("PLATFORM_MAXIMUM_CALLS_PER_SECOND", "1") { $0.platform.maximumCallsPerSecond == 1 },
        Good("PLATFORM_MAXIMUM_CALLS_PER_SECOND", "OFF") { $0.platform.maximumCallsPerSecond == nil },
        Good("PLATFORM_ALLOW_PLAINTEXT", "TRUE") { $0.platform.allowsPlaintext && $0.warnings.count == 1 },
        Good("POLICY", "literal") { $0.policy.profile == .literal && $0.policy.version == "literal" },
        Good("GUARD_SUSPECT_KICKS", "30") { $0.massKickGuard.suspectKicks == 30 },
        Good("GUARD_SURGE_KICKS", "10000") { $0.massKickGuard.surgeKicks == 10_000 },
        Good("GUARD_WRONG_CREDENTIAL_ANSWERS", "1") { $0.massKickGuard.wrongCredentialAnswers == 1 },
        Good("GUARD_WRONG_CREDENTIAL_CALLS", "8") {
            $0.massKickGuard.maximumWrongCredentialCalls == 8 && $0.warnings.isEmpty
        },
        Good("GUARD_PROBE_INTERVAL", "10m") { $0.massKickGuard.probeInterval == .seconds(600) },
        Good("GUARD_ACCEPTANCE_PERIOD", "24h") { $0.massKickGuard.acceptancePeriod == .seconds(86_400) },
        Good("EVENTS_MAXIMUM_AGE", "1s") { $0.events.maximumAge == .seconds(1) },
        Good("EVENTS_MAXIMUM_AGE", "365d") { $0.events.maximumAge == .seconds(31_536_000) },
        Good("EVENTS_MAXIMUM_AGE", "Off") { $0.events.maximumAge == nil },
        Good("OUTCOMES_FORMAT", "structured") { $0.outcomes.mode == .structured },
        Good("OUTCOMES_SOURCE", "https://example.com/a?b#c") { $0.outcomes.source.hasPrefix("https") },
        Good("OUTCOMES_PUBLISH_PASSES", "yes") { $0.outcomes.publishesPasses },
        Good("OUTCOMES_PUBLISH_REDIRECTS", "off") { !$0.outcomes.publishesRedirects },
        Good("AUDIT_DATABASE", "/var/lib/x y/audit.db") { $0.audit.database == "/var/lib/x y/audit.db" },
        Good("AUDIT_FINGERPRINT_KEY", String(repeating: "aB", count: 32)) {
            $0.audit.fingerprintKeyBytes == [UInt8](repeating: 0xAB, count: 32)
        },
        Good("AUDIT_FINGERPRINT_KEY", "//////////////////////////////////////////8=") {
            $0.audit.fingerprintKeyBytes == [UInt8](repeating: 0xFF, count: 32)
        },
        Good("OPS_LISTEN", "off") { $0.operations.listen == nil },
        Good("OPS_LISTEN", "0.0.0.0:0") { $0.operations.listen?.port == 0 && $0.warnings.count == 1 },
        Good("OPS_LISTEN", "[::1]:65535") { $0.operations.listen == .init(host: "::1", port: 65_535) },
        Good("OPS_TOKEN", "fake-operator-token") { $0.operations.token?.value == "fake-operator-token" },
        Good("AUDIT_CONSOLE_LISTEN", "[::1]:0") { $0.auditConsole.listen == .init(host: "::1", port: 0) },
        Good("AUDIT_CONSOLE_TOKEN", "fake-audit-console-token-of-32-chars") {
            $0.auditConsole.token?.value == "fake-audit-console-token-of-32-chars"
        },
        Good("AUDIT_CHECKPOINT_KEY", String(repeating: "5e", count: 32)) {
            $0.audit.checkpointKeyBytes == [UInt8](repeating: 0x5E, count: 32)
        },
        Good("AUDIT_CHECKPOINT_ORIGIN", "example.org/logins") { $0.audit.checkpointOrigin == "example.org/logins" },
        Good("AUDIT_ACCESS_LOG", "/var/log/access.db") { $0.audit.accessLog == .at("/var/log/access.db") },
        Good("AUDIT_ACCESS_LOG", "off") { $0.audit.accessLog == .off },
        Good("AUDIT_REQUIRE_PURPOSE", "exports") { $0.audit.requirePurpose == .exports },
        Good("AUDIT_CHECKPOINT_INTERVAL", "1s") { $0.audit.checkpointInterval == .seconds(1) },
        Good("AUDIT_PLAYER_KEYS", "on") { $0.audit.hasPlayerKeys },
        Good("AUDIT_SEGMENT_MAXIMUM_SIZE", "1MB") { $0.audit.segments.maximumSize == 1_000_000 },
        Good("AUDIT_SEGMENT_MAXIMUM_SIZE", "1000gb") { $0.audit.segments.maximumSize == 1_000_000_000_000 },
        Good("AUDIT_SEGMENT_MAXIMUM_SIZE", "Off") { $0.audit.segments.maximumSize == nil },
        Good("AUDIT_SEGMENT_MAXIMUM_AGE", "1m") { $0.audit.segments.maximumAge == .seconds(60) },
        Good("AUDIT_SEGMENT_MAXIMUM_AGE", "off") { $0.audit.segments.maximumAge == nil },
        Good("AUDIT_RETENTION", "OFF") { $0.audit.retention == nil },
        Good("KAFKA_AUDIT_CHECKPOINTS_TOPIC", "checkpoints") { $0.kafka.checkpointsTopic == "checkpoints" },
        Good("INSTANCE_ID", "login-validator-0") { $0.instanceID == "login-validator-0" },
        Good("LOG_LEVEL", "TRACE") { $0.logLevel == "trace" },
        Good("LOG_FORMAT", "json") { $0.logFormat == .json },
        Good("KAFKA_STATIC_MEMBERSHIP", "true") { $0.kafka.isStaticMember },
        Good("STALL_TIMEOUT", "2s") { $0.stallTimeout == .seconds(2) },
        Good("STALL_TIMEOUT", "OFF") { $0.stallTimeout == nil },
        Good("CORE_DUMPS", "on") { $0.allowsCoreDumps && $0.warnings.count == 1 },
        Good("SHUTDOWN_TIMEOUT", "10m") { $0.shutdownTimeout == .seconds(600) },
        Good("SHUTDOWN_TIMEOUT", " 100ms ") { $0.shutdownTimeout == .milliseconds(100) },
    ]

    @Test(arguments: Self.good.indices)
    func goodValueIsTaken(index: Int) throws {
        let good = Self.good[index]
        let configuration = try ServiceConfiguration.loading(environment: [good.name: good.text])
        #expect(good.isRight(configuration), "\(good.name)")
        #expect(configuration.effectiveValue(good.name)?.origin == .environment)
    }

    static let bad: [(name: String, texts: [String])] = [
        ("KAFKA_BOOTSTRAP_SERVERS", ["a", ":9092", "a:", "a:0", "a:65536", "a:1,", "a:1,,b:2", "a b:1", "a:1\nb:2"]),
        ("KAFKA_GROUP_ID", ["a b", "é", "a/b", String(repeating: "g", count: 201)]),
        ("KAFKA_LOGIN_EVENTS_TOPIC", [".", "..", "a,b", "^a.*", String(repeating: "t", count: 250)]),
        ("KAFKA_OUTCOMES_TOPIC", ["login.events", "a\u{0}b"]),
        ("KAFKA_DEAD_LETTERS_TOPIC", ["login.events", "login.outcomes", "a b"]),
        (
            "KAFKA_AUDIT_CHECKPOINTS_TOPIC",
            ["login.events", "login.outcomes", "login.events.dead-letters", "a b"]
        ),
        ("KAFKA_DELIVERY", ["once", "exactlyOnce"]),
        (
            "PLATFORM_BASE_URL",
            [
                "h", "ftp://h", "https://", "https://u:p@h", "https://h?q", "https://h#f", "https://h:0",
                "https://h:65536", "http://example.com", "http://127.0.0.1.example.com", "http://1270.0.0.1",
                "https://h/a b", "https://" + String(repeating: "h", count: 1024),
            ]
        ),
        ("PLATFORM_TIMEOUT", ["7", "99ms", "121s", "-7s", "never"]),
        ("PLATFORM_MAXIMUM_CONNECTIONS", ["0", "4097", "-1", "+64", "6.4", "0x40", "many", "99999999999999999999"]),
        ("PLATFORM_MAXIMUM_CALLS_PER_SECOND", ["0", "100001", "1.5", "-1", "none"]),
        ("PLATFORM_CA_FILE", ["/no/such/file.pem"]),
        ("PLATFORM_ALLOW_PLAINTEXT", ["maybe", "2"]),
        ("POLICY", ["strict"]),
        ("GUARD_SUSPECT_KICKS", ["0", "1001", "31", "ten"]),
        ("GUARD_SURGE_KICKS", ["0", "10001", "3e1"]),
        ("GUARD_WRONG_CREDENTIAL_ANSWERS", ["0", "10", "off"]),
        ("GUARD_WRONG_CREDENTIAL_CALLS", ["0", "10", "100"]),
        ("GUARD_PROBE_INTERVAL", ["99ms", "601s", "20"]),
        ("GUARD_ACCEPTANCE_PERIOD", ["999ms", "86401s", "0s"]),
        ("EVENTS_MAXIMUM_AGE", ["999ms", "366d", "0", "none"]),
        ("OUTCOMES_FORMAT", ["avro"]),
        ("OUTCOMES_SOURCE", ["a b", "é", "<x>", "a\\b", String(repeating: "s", count: 257)]),
        ("OUTCOMES_PUBLISH_PASSES", ["y"]),
        ("OUTCOMES_PUBLISH_REDIRECTS", ["n"]),
        (
            "AUDIT_DATABASE",
            [":memory:", "file:x?mode=memory", "folder/", "a\u{7}b", String(repeating: "d", count: 4097)]
        ),
        ("AUDIT_FINGERPRINT_KEY", ["short", String(repeating: "ab", count: 31), String(repeating: "ab", count: 1025)]),
        ("AUDIT_CHECKPOINT_KEY", ["short", String(repeating: "ab", count: 31), String(repeating: "ab", count: 33)]),
        ("AUDIT_CHECKPOINT_ORIGIN", ["a b", "a+b", "é", "a\u{7}b", String(repeating: "o", count: 256)]),
        ("AUDIT_ACCESS_LOG", ["/var/log/", ":memory:", "file:access.db"]),
        ("AUDIT_REQUIRE_PURPOSE", ["yes", "never"]),
        ("AUDIT_CHECKPOINT_INTERVAL", ["999ms", "3601s", "off"]),
        (
            "AUDIT_SEGMENT_MAXIMUM_SIZE",
            ["0MB", "999999", "1001GB", "-1MB", "1.5GB", "GB", "99999999999999999GB", "10TB"]
        ),
        ("AUDIT_SEGMENT_MAXIMUM_AGE", ["59s", "3661d", "0", "weekly"]),
        // Without segments a good one is wrong as well.
        ("AUDIT_RETENTION", ["23h", "3661d", "0", "forever", "1d", "400d"]),
        ("AUDIT_ARCHIVE", ["/no/such/folder", "/etc/passwd", "a\u{7}b", "/tmp"]),
        ("OPS_LISTEN", ["9464", ":9464", "h:65536", "http://h:1", "::1:9464", "[h]:1", "h:+1", "h:"]),
        (
            "OPS_TOKEN",
            ["fifteen-letters", "fake operator token", "fake-öperator-token", String(repeating: "t", count: 513)]
        ),
        ("AUDIT_CONSOLE_LISTEN", ["off", "9465", ":9465", "h:65536", "http://h:1"]),
        (
            "AUDIT_CONSOLE_TOKEN",
            [
                "fake-audit-console-token-of-31c", "fake audit console token of 32 characters",
                String(repeating: "t", count: 513),
            ]
        ),
        ("INSTANCE_ID", ["a b", "ü", String(repeating: "i", count: 101)]),
        ("LOG_LEVEL", ["verbose", "0"]),
        ("LOG_FORMAT", ["xml"]),
        ("SHUTDOWN_TIMEOUT", ["99ms", "601s", "soon"]),
        ("KAFKA_STATIC_MEMBERSHIP", ["instance"]), ("AUDIT_PLAYER_KEYS", ["key", "0x1"]),
        ("STALL_TIMEOUT", ["1s", "25h", "never"]),
        ("CORE_DUMPS", ["core", "2"]),
    ]

    @Test(arguments: Self.bad.flatMap { row in row.texts.map { (row.name, $0) } })
    func badValueIsOneProblemThatNamesItsSetting(name: String, text: String) throws {
        let error = try ServiceConfiguration.failing(environment: [name: text])
        #expect(error.problems.count == 1, "\(error)")
        let problem = try #require(error.problems.first)
        let setting = try #require(Setting.named(name))
        #expect(problem.key == name)
        #expect(problem.fileKey == setting.key)
        #expect(problem.description.hasPrefix("\(name) (\(setting.key)"))
        #expect(problem.rule.hasSuffix("."))
        // Values are never repeated: a secret can be set in the wrong place.
        if text.count > 12, !name.hasSuffix("_FILE") { #expect(!error.description.contains(text)) }
    }

    @Test func everySettingThatCanBeWrongIsInTheTable() {
        let files = Setting.all.map(\.name).filter { $0.hasSuffix("_FILE") && $0 != "PLATFORM_CA_FILE" }
        let elsewhere = files + ["PLATFORM_APP_ID", "PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY"]
        #expect(Set(Self.bad.map(\.name)) == SettingTests.names.subtracting(elsewhere))
    }

    @Test func anEmptyVariableCountsAsNotSet() throws {
        for name in SettingTests.names {
            for text in ["", " ", "\t\n"] {
                let configuration = try ServiceConfiguration.loading(environment: [name: text])
                #expect(configuration.effectiveValue(name)?.origin == .default)
            }
        }
    }
}
