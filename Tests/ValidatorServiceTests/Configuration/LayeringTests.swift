import Testing

@testable import ValidatorService

@Suite struct LayeringTests {
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    @Test func eachLayerWinsOverThoseBelow() throws {
        let file = self.folder.file(
            "c.yaml",
            "kafka: {groupId: file}\nplatform: {timeout: 8s, maximumConnections: 8}\n"
        )
        let configuration = try ServiceConfiguration.loading(
            file: file,
            environment: ["PLATFORM_TIMEOUT": "9s", "PLATFORM_MAXIMUM_CONNECTIONS": "9"],
            flags: ["PLATFORM_MAXIMUM_CONNECTIONS": "10"]
        )
        #expect(configuration.kafka.groupID == "file")
        #expect(configuration.platform.timeout == .seconds(9))
        #expect(configuration.platform.maximumConnections == 10)
        let origins = ["LOG_LEVEL", "KAFKA_GROUP_ID", "PLATFORM_TIMEOUT", "PLATFORM_MAXIMUM_CONNECTIONS"].map {
            configuration.effectiveValue($0)?.origin
        }
        #expect(origins == [.default, .file, .environment, .flag])
    }

    @Test func onlyTheWinningValueIsChecked() throws {
        let file = self.folder.file("c.yaml", "platform: {timeout: never}\n")
        let configuration = try ServiceConfiguration.loading(file: file, environment: ["PLATFORM_TIMEOUT": "9s"])
        #expect(configuration.platform.timeout == .seconds(9))
    }

    @Test func aProblemTellsTheLayerOfItsValue() throws {
        let file = self.folder.file("c.yaml", "log: {level: loud}\n")
        let error = try ServiceConfiguration.failing(
            file: file,
            environment: ["LOG_FORMAT": "xml"],
            flags: ["policy": "x"]
        )
        let origins = Dictionary(uniqueKeysWithValues: error.problems.map { ($0.key, $0.origin) })
        #expect(origins == ["LOG_LEVEL": .file, "LOG_FORMAT": .environment, "POLICY": .flag])
    }

    @Test(arguments: ["PLATFORM_TIMEOUT", "platform.timeout"])
    func aFlagHasTheEnvironmentNameOrTheFileKey(name: String) throws {
        #expect(try ServiceConfiguration.loading(flags: [name: "9s"]).platform.timeout == .seconds(9))
    }

    @Test func aFlagOfBothNamesIsAProblem() throws {
        let error = try ServiceConfiguration.failing(flags: ["PLATFORM_TIMEOUT": "9s", "platform.timeout": "8s"])
        #expect(error.problems.map(\.key) == ["PLATFORM_TIMEOUT"])
    }

    @Test(arguments: ["PLATFORM_APP_SECRET", "platform.adminKey", "AUDIT_FINGERPRINT_KEY"])
    func aSecretIsRefusedAsAFlag(name: String) throws {
        let error = try ServiceConfiguration.failing(flags: [name: "sEcReT-vAlUe"])
        #expect(error.problems.count == 1)
        #expect(error.description.contains("_FILE"))
        #expect(!error.description.contains("sEcReT"))
    }

    @Test func anUnknownFlagNamesTheNearest() throws {
        let error = try ServiceConfiguration.failing(flags: ["KAFKA_GROUPID": "g", "kafka.groupid": "g"])
        #expect(error.problems.map(\.key) == ["--set KAFKA_GROUPID", "--set kafka.groupid"])
        #expect(error.problems[0].rule.contains("KAFKA_GROUP_ID"))
        #expect(error.problems[1].rule.contains("kafka.groupId"))
    }

    @Test func aVariableThatIsAlmostASettingIsAWarning() throws {
        let configuration = try ServiceConfiguration.loading(environment: [
            "KAFKA_BOOTSTRAP_SERVER": "a:1", "PLATFROM_TIMEOUT": "7s", "LOG_LEVLE": "x", "KAFKA_OPTS": "-x",
            "PLATFORM_SOMETHING_ELSE": "x", "PATH": "/bin", "POLICE": "x",
        ])
        #expect(configuration.warnings.count == 3, "\(configuration.warnings)")
        #expect(configuration.warnings.contains { $0.contains("KAFKA_BOOTSTRAP_SERVERS?") })
        #expect(configuration.warnings.contains { $0.contains("PLATFORM_TIMEOUT?") })
        #expect(configuration.warnings.contains { $0.contains("POLICY?") })
        #expect(configuration.platform.timeout == .seconds(7))
    }

    @Test func everyProblemIsReportedAtOnce() throws {
        let file = self.folder.file("c.yaml", "kafka:\n  grupId: x\n  topics: [a]\nlog: loud\n")
        let error = try ServiceConfiguration.failing(
            file: file,
            environment: [
                "PLATFORM_TIMEOUT": "x", "PLATFORM_APP_ID": "not-digits", "PLATFORM_APP_SECRET": "a b",
                "PLATFORM_BASE_URL": "http://example.com", "POLICY_FILE": "/no/such", "OPS_LISTEN": "x",
                "PLATFORM_ADMIN_KEY_FILE": "/no/such", "KAFKA_PROPERTIES_FILE": "/no/such",
            ],
            flags: ["NOPE": "x"],
            needs: .service
        )
        #expect(
            Set(error.problems.map(\.key)) == [
                "--set NOPE", "kafka.grupId", "kafka.topics", "log", "KAFKA_BOOTSTRAP_SERVERS",
                "KAFKA_PROPERTIES_FILE", "PLATFORM_TIMEOUT", "PLATFORM_ADMIN_KEY_FILE", "PLATFORM_BASE_URL",
                "POLICY_FILE", "OPS_LISTEN",
            ]
        )
        #expect(error.description.split(separator: "\n").count == error.problems.count + 1)
    }

    @Test func theServiceNeedsBrokersAndCredentials() throws {
        let error = try ServiceConfiguration.failing(needs: .service)
        #expect(error.problems.map(\.key) == ["KAFKA_BOOTSTRAP_SERVERS", "PLATFORM_APP_ID"])
        #expect(try ServiceConfiguration.failing(needs: .kafka).problems.count == 1)
        #expect(try ServiceConfiguration.failing(needs: .credentials).problems.count == 1)
    }
}
