import HTTPListener
import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

@Suite struct SettingTests {
    /// The names of contract section 8 and the further ones of this service.
    static let names: Set<String> = [
        "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_GROUP_ID", "KAFKA_LOGIN_EVENTS_TOPIC", "KAFKA_OUTCOMES_TOPIC",
        "KAFKA_DEAD_LETTERS_TOPIC", "KAFKA_DELIVERY", "KAFKA_PROPERTIES_FILE", "PLATFORM_BASE_URL", "PLATFORM_APP_ID",
        "PLATFORM_APP_SECRET", "PLATFORM_APP_SECRET_FILE", "PLATFORM_ADMIN_KEY", "PLATFORM_ADMIN_KEY_FILE",
        "PLATFORM_CREDENTIALS_FILE", "PLATFORM_TIMEOUT", "PLATFORM_MAXIMUM_CONNECTIONS",
        "PLATFORM_MAXIMUM_CALLS_PER_SECOND", "PLATFORM_CA_FILE", "PLATFORM_ALLOW_PLAINTEXT", "POLICY", "POLICY_FILE",
        "GUARD_SUSPECT_KICKS", "GUARD_SURGE_KICKS", "GUARD_WRONG_CREDENTIAL_ANSWERS", "GUARD_WRONG_CREDENTIAL_CALLS",
        "GUARD_PROBE_INTERVAL", "GUARD_ACCEPTANCE_PERIOD", "EVENTS_MAXIMUM_AGE", "OUTCOMES_FORMAT",
        "OUTCOMES_SOURCE", "OUTCOMES_PUBLISH_PASSES", "OUTCOMES_PUBLISH_REDIRECTS", "AUDIT_DATABASE",
        "AUDIT_FINGERPRINT_KEY", "AUDIT_FINGERPRINT_KEY_FILE",
        "AUDIT_CHECKPOINT_KEY", "AUDIT_CHECKPOINT_KEY_FILE", "AUDIT_CHECKPOINT_ORIGIN", "AUDIT_CHECKPOINT_INTERVAL",
        "AUDIT_ACCESS_LOG", "AUDIT_REQUIRE_PURPOSE", "AUDIT_PLAYER_KEYS",
        "AUDIT_SEGMENT_MAXIMUM_SIZE", "AUDIT_SEGMENT_MAXIMUM_AGE", "AUDIT_RETENTION", "AUDIT_ARCHIVE",
        "KAFKA_AUDIT_CHECKPOINTS_TOPIC", "OPS_LISTEN", "OPS_TOKEN", "OPS_TOKEN_FILE",
        "INSTANCE_ID", "LOG_LEVEL", "LOG_FORMAT", "SHUTDOWN_TIMEOUT", "KAFKA_STATIC_MEMBERSHIP", "STALL_TIMEOUT",
        "CORE_DUMPS", "AUDIT_CONSOLE_LISTEN", "AUDIT_CONSOLE_TOKEN", "AUDIT_CONSOLE_TOKEN_FILE",
    ]

    @Test func everyNameOfTheContractIsASetting() {
        #expect(Set(Setting.all.map(\.name)) == Self.names)
        #expect(Setting.all.count == Self.names.count)
        #expect(Set(Setting.all.map(\.key)).count == Self.names.count)
    }

    @Test func defaultsAreThoseOfTheContract() throws {
        let configuration = try ServiceConfiguration.loading()
        #expect(configuration.kafka.bootstrapServers.isEmpty)
        #expect(configuration.kafka.groupID == "login-validator")
        #expect(configuration.kafka.loginEventsTopic == "login.events")
        #expect(configuration.kafka.outcomesTopic == "login.outcomes")
        #expect(configuration.kafka.deadLettersTopic == "login.events.dead-letters")
        #expect(configuration.kafka.delivery == .exactlyOnce)
        #expect(!configuration.kafka.isStaticMember)
        #expect(configuration.platform.baseURL == "https://kr-openapi-zinny3.game.kakao.com:10443")
        #expect(configuration.platform.timeout == .seconds(7))
        #expect(configuration.platform.maximumConnections == 64)
        #expect(configuration.platform.maximumCallsPerSecond == nil)
        #expect(configuration.policy.version == "guarded")
        #expect(configuration.massKickGuard == MassKickGuard.Configuration())
        #expect(configuration.events.maximumAge == nil)
        #expect(configuration.outcomes.mode == .binary)
        #expect(configuration.outcomes.source == "/login-validator")
        #expect(!configuration.outcomes.publishesPasses && configuration.outcomes.publishesRedirects)
        #expect(configuration.audit.database == "audit.db")
        #expect(configuration.audit.fingerprintKeyBytes == nil)
        #expect(configuration.operations.listen == .init(host: "127.0.0.1", port: 9464))
        #expect(configuration.operations.token == nil)
        #expect(!configuration.instanceID.isEmpty)
        #expect(configuration.logLevel == "info" && configuration.logFormat == .automatic)
        #expect(configuration.shutdownTimeout == .seconds(25))
        #expect(configuration.stallTimeout == .seconds(120))
        #expect(configuration.warnings.isEmpty)
    }

    @Test func everySettingIsShownOnceWithItsOrigin() throws {
        let values = try ServiceConfiguration.loading(environment: ["LOG_LEVEL": "debug"]).effectiveValues()
        #expect(values.count == Setting.all.count)
        #expect(Set(values.map(\.environmentName)) == Self.names)
        for value in values {
            #expect(value.origin == (value.environmentName == "LOG_LEVEL" ? .environment : .default))
        }
    }

    @Test(arguments: [
        ("500ms", 500), ("7s", 7000), ("2m", 120_000), ("24h", 86_400_000), ("3d", 259_200_000), ("0s", 0),
    ])
    func durationsHaveAUnit(text: String, milliseconds: Int) {
        #expect(Duration(setting: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "7", "s", "ms", "-7s", "+7s", "7 s", "7.5s", "1e3s", "7S", "7sec", "９s", "99999999999999999999s",
        "1000000001h",
    ])
    func otherTextsAreNoDurations(text: String) {
        #expect(Duration(setting: text) == nil)
    }

    @Test(arguments: [("100ms", 100), ("7s", 7000), ("90s", 90_000), ("2m", 120_000), ("1h", 3_600_000)])
    func aDurationIsShownAsItWouldBeSet(text: String, milliseconds: Int) {
        #expect(Duration.milliseconds(milliseconds).settingText == text)
    }

    @Test(arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("LOG", "log", 0), ("a", "b", 1)])
    func editDistanceCountsChanges(left: String, right: String, distance: Int) {
        #expect(left.editDistance(to: right) == distance)
        #expect(right.editDistance(to: left) == distance)
    }
}
