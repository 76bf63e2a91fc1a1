import Testing

@testable import ValidatorService

@Suite struct SecretTests {
    let folder: ConfigurationFolder
    static let key = String(repeating: "5e", count: 32)

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    private func environment(_ changes: [String: String?] = [:]) -> [String: String] {
        let base: [String: String?] = [
            "PLATFORM_APP_ID": "909", "PLATFORM_APP_SECRET": "sEcReT-app", "PLATFORM_ADMIN_KEY": "sEcReT-admin",
        ]
        return base.merging(changes) { $1 }.compactMapValues { $0 }
    }

    @Test(arguments: ["sEcReT-file", "sEcReT-file\n", "sEcReT-file\r\n", "sEcReT-file\n\n"])
    func aSecretCanBeInAFile(text: String) throws {
        let path = self.folder.file("secret", text)
        let configuration = try ServiceConfiguration.loading(
            environment: self.environment(["PLATFORM_APP_SECRET": nil, "PLATFORM_APP_SECRET_FILE": path])
        )
        #expect(configuration.platform.credentials.first?.appSecret.value == "sEcReT-file")
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.effectiveValue("PLATFORM_APP_SECRET_FILE")?.value == path)
    }

    @Test func aConfigurationFileCanNameASecretFile() throws {
        let file = self.folder.file("c.yaml", "audit:\n  fingerprintKeyFile: \(self.folder.file("key", Self.key))\n")
        let configuration = try ServiceConfiguration.loading(file: file)
        #expect(configuration.audit.fingerprintKeyBytes == [UInt8](repeating: 0x5E, count: 32))
    }

    @Test(arguments: [
        "PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY", "AUDIT_FINGERPRINT_KEY", "OPS_TOKEN", "AUDIT_CONSOLE_TOKEN",
    ])
    func aSecretAndItsFileContradictEachOther(name: String) throws {
        let path = self.folder.file("secret", Self.key)
        let error = try ServiceConfiguration.failing(
            environment: self.environment([name: Self.key, name + "_FILE": path])
        )
        #expect(error.problems.map(\.key) == [name])
        #expect(error.problems.first?.rule.contains(name + "_FILE") == true)
    }

    @Test func aHigherLayerWinsOverASecretsFileBelow() throws {
        let secret = self.folder.file("secret", "sEcReT-file")
        let file = self.folder.file("c.yaml", "platform: {appSecretFile: '\(secret)', adminKey: sEcReT-low}\n")
        let configuration = try ServiceConfiguration.loading(
            file: file,
            environment: self.environment(["PLATFORM_ADMIN_KEY": nil, "PLATFORM_ADMIN_KEY_FILE": secret])
        )
        #expect(configuration.platform.credentials.first?.appSecret.value == "sEcReT-app")
        #expect(configuration.platform.credentials.first?.adminKey.value == "sEcReT-file")
    }

    @Test(arguments: [0o644, 0o640, 0o604])
    func aFileThatOthersCanReadIsAWarning(mode: Int) throws {
        let path = self.folder.file("secret", "sEcReT-file", mode: mode)
        let configuration = try ServiceConfiguration.loading(
            environment: self.environment(["PLATFORM_APP_SECRET": nil, "PLATFORM_APP_SECRET_FILE": path])
        )
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("chmod 600") == true)
    }

    @Test func aConfigurationFileWithASecretThatOthersCanReadIsAWarning() throws {
        let text = "audit: {fingerprintKey: \(Self.key)}\n"
        let open = self.folder.file("open.yaml", text, mode: 0o644)
        #expect(try ServiceConfiguration.loading(file: open).warnings.count == 1)
        #expect(try ServiceConfiguration.loading(file: self.folder.file("own.yaml", text)).warnings.isEmpty)
        let harmless = self.folder.file("harmless.yaml", "log: {level: info}", mode: 0o644)
        #expect(try ServiceConfiguration.loading(file: harmless).warnings.isEmpty)
    }

    @Test(arguments: ["", "\n", String(repeating: "x", count: SettingReader.maximumSecretBytes + 1)])
    func anEmptyOrHugeSecretFileIsAProblem(text: String) throws {
        let path = self.folder.file("secret", text)
        let error = try ServiceConfiguration.failing(
            environment: self.environment(["PLATFORM_APP_SECRET": nil, "PLATFORM_APP_SECRET_FILE": path])
        )
        #expect(error.problems.map(\.key) == ["PLATFORM_APP_SECRET_FILE"])
    }

    @Test(arguments: [
        "sEcReT with space", "sEcReT\u{7}", "sEcReT\r\nInjected: x", "sEcReTé", String(repeating: "s", count: 513),
    ])
    func aSecretThatCannotBeAHeaderIsAProblem(secret: String) throws {
        for name in ["PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY"] {
            let error = try ServiceConfiguration.failing(environment: self.environment([name: secret]))
            #expect(error.problems.map(\.key) == [name])
            #expect(!"\(error)".contains(secret.prefix(6)))
        }
    }

    @Test(arguments: ["", "12a", "１２", "-1", String(repeating: "9", count: 33)])
    func anAppIDIsDigits(id: String) throws {
        if id.isEmpty {
            let error = try ServiceConfiguration.failing(environment: self.environment(["PLATFORM_APP_ID": id]))
            #expect(error.problems.map(\.key) == ["PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY"])
        } else {
            let error = try ServiceConfiguration.failing(environment: self.environment(["PLATFORM_APP_ID": id]))
            #expect(error.problems.map(\.key) == ["PLATFORM_APP_ID"])
        }
    }

    @Test func theLongestCredentialsAreAccepted() throws {
        let configuration = try ServiceConfiguration.loading(
            environment: self.environment([
                "PLATFORM_APP_ID": String(repeating: "0", count: 32),
                "PLATFORM_APP_SECRET": String(repeating: "!", count: 512), "PLATFORM_ADMIN_KEY": "~",
            ])
        )
        #expect(try configuration.platform.apps().count == 1)
    }

    @Test func noOutputShowsASecret() throws {
        let properties = self.folder.file("k.properties", "sasl.password=sEcReT-kafka\nsecurity.protocol=SASL_SSL\n")
        let configuration = try ServiceConfiguration.loading(
            environment: self.environment([
                "AUDIT_FINGERPRINT_KEY": Self.key, "KAFKA_PROPERTIES_FILE": properties,
                "KAFKA_BOOTSTRAP_SERVERS": "a:1", "OPS_TOKEN": "sEcReT-operator-token",
                "AUDIT_CONSOLE_TOKEN": "sEcReT-audit-console-token-of-32-characters",
            ]),
            needs: .service
        )
        #expect(configuration.kafka.properties["sasl.password"] == "sEcReT-kafka")
        var dumped = ""
        dump(configuration, to: &dumped)
        let shown = configuration.effectiveValues().map { "\($0)" }.joined()
        for text in [
            dumped, "\(configuration)", String(reflecting: configuration), shown, "\(configuration.auditDetails)",
            "\(try configuration.platform.apps())", "\(configuration.kafka)", "\(configuration.audit)",
        ] {
            #expect(!text.contains("sEcReT"))
            #expect(!text.contains(Self.key))
            #expect(!text.contains("94, 94") && !text.contains("- 94"), "the key's bytes")
        }
        for name in [
            "PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY", "AUDIT_FINGERPRINT_KEY", "OPS_TOKEN", "AUDIT_CONSOLE_TOKEN",
        ] {
            #expect(configuration.effectiveValue(name)?.value == "<redacted>")
        }
        #expect(configuration.effectiveValue("PLATFORM_APP_ID")?.value == "909")
    }
}
