import Testing

@testable import ValidatorService

/// Protection that the settings leave out is never left out without a word.
@Suite struct ExposureTests {
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    private func kafka(_ properties: String, servers: String = "kafka.example.com:9093") throws -> ServiceConfiguration
    {
        try ServiceConfiguration.loading(environment: [
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "KAFKA_PROPERTIES_FILE": self.folder.file("kafka.properties", properties),
        ])
    }

    @Test(arguments: [
        ("security.protocol=ssl", [String]()), ("security.protocol=SASL_SSL", []), ("", ["kafkaPlaintext"]),
        ("security.protocol=plaintext", ["kafkaPlaintext"]), ("security.protocol=SASL_PLAINTEXT", ["kafkaPlaintext"]),
        ("security.protocol=ssl\nenable.ssl.certificate.verification=false", ["kafkaCertificateUnverified"]),
        ("security.protocol=ssl\nenable.ssl.certificate.verification=F", ["kafkaCertificateUnverified"]),
        ("security.protocol=ssl\nenable.ssl.certificate.verification=0", ["kafkaCertificateUnverified"]),
        ("security.protocol=ssl\nenable.ssl.certificate.verification=true", []),
        ("security.protocol=ssl\nssl.endpoint.identification.algorithm=none", ["kafkaHostUnverified"]),
        ("security.protocol=ssl\nssl.endpoint.identification.algorithm=HTTPS", []),
        ("security.protocol=sasl_ssl\nenable.sasl.oauthbearer.unsecure.jwt=true", ["kafkaUnsecuredTokens"]),
        (
            "enable.ssl.certificate.verification=false\nssl.endpoint.identification.algorithm=none",
            ["kafkaPlaintext", "kafkaCertificateUnverified", "kafkaHostUnverified"]
        ),
    ])
    func whatWeakensTLSToKafkaIsAWarning(properties: String, names: [String]) throws {
        let configuration = try self.kafka(properties)
        #expect(configuration.exposures.map(\.name) == names)
        #expect(configuration.warnings == configuration.exposures.map(\.warning))
        #expect(configuration.auditDetails["exposures"] == (names.isEmpty ? nil : names.joined(separator: " ")))
    }

    @Test(arguments: [
        ("127.0.0.1:9092", false), ("localhost:9092,[::1]:9093", false), ("PLAINTEXT://127.0.0.1:9092", false),
        ("127.0.0.1:9092,kafka-2:9092", true), ("10.0.0.1:9092", true), ("PLAINTEXT://kafka:9092", true),
    ])
    func brokersOfThisMachineNeedNoTLS(servers: String, isExposed: Bool) throws {
        #expect(try self.kafka("", servers: servers).exposures.isEmpty == !isExposed)
    }

    @Test(arguments: [
        ("https://platform.example.com", [String]()), ("http://127.0.0.1:8080/x", ["platformPlaintextLoopback"]),
        ("http://[::1]:8080", ["platformPlaintextLoopback"]), ("http://localhost", ["platformPlaintextLoopback"]),
        ("HTTP://platform.example.com", ["platformPlaintext"]), ("http://10.0.0.1:80/x", ["platformPlaintext"]),
    ])
    func plainTextToThePlatformIsAWarning(url: String, names: [String]) throws {
        let configuration = try ServiceConfiguration.loading(environment: [
            "PLATFORM_BASE_URL": url, "PLATFORM_ALLOW_PLAINTEXT": "true",
        ])
        #expect(configuration.exposures.map(\.name) == names)
        // One more says that plain text is allowed.
        #expect(configuration.warnings.count == names.count + 1)
    }

    /// There is no switch for the platform's certificate: only the scheme can leave TLS out, and it must be allowed.
    @Test func plainTextToAnotherHostIsRefusedUnlessItIsAllowed() throws {
        let error = try ServiceConfiguration.failing(environment: ["PLATFORM_BASE_URL": "http://platform.example.com"])
        #expect(error.problems.map(\.key) == ["PLATFORM_BASE_URL"])
        #expect(!Setting.all.contains { $0.name.contains("VERIF") || $0.name.contains("INSECURE") })
    }

    @Test func anAppsOwnPlainAddressIsAWarning() throws {
        let apps = (1...8).map {
            "- {kgAppId: '\($0)', appSecret: not-real, adminKey: not-real, baseUrl: 'http://h\($0).example.com'}\n"
        }
        let configuration = try ServiceConfiguration.loading(environment: [
            "PLATFORM_CREDENTIALS_FILE": self.folder.file("apps.yaml", apps.joined()),
            "PLATFORM_ALLOW_PLAINTEXT": "true",
        ])
        #expect(configuration.exposures.map(\.name) == ["platformPlaintext"])
        #expect(configuration.exposures.first?.warning.contains("http://h1.example.com") == true)
        #expect(configuration.exposures.first?.warning.contains("and 3 more") == true)
    }
}
