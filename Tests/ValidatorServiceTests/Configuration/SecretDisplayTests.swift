import AuditTrail
import KafkaClient
import LoginContracts
import PlatformClient
import Testing

@testable import ValidatorService

/// Whatever holds a secret in memory shows none of it when it is printed, debugged, mirrored or dumped.
@Suite struct SecretDisplayTests {
    static let secret = "sEcReT-not-real-0123456789"
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    /// Every way to print a value, and the values inside it.
    private static func everyDisplay(of value: Any) -> String {
        var text = "\(value) " + String(describing: value) + String(reflecting: value)
        dump(value, to: &text)
        func descend(_ mirror: Mirror, depth: Int) {
            guard depth < 8 else { return }
            for child in mirror.children {
                text += " \(child.label ?? "")=\(child.value) " + String(reflecting: child.value)
                descend(Mirror(reflecting: child.value), depth: depth + 1)
            }
        }
        descend(Mirror(reflecting: value), depth: 0)
        return text
    }

    private func holders() throws -> [Any] {
        let secret = Self.secret
        let token = try #require(AccessToken(secret))
        let credentials = try PlatformCredentials(kgAppId: "1", appSecret: secret, adminKey: secret)
        let bytes = Array(secret.utf8)
        let place = SourcePartition(topic: "t", partition: 0)
        let record = SourceRecord(partition: place, offset: 1, timestamp: nil, key: bytes, value: bytes)
        let settings = self.folder.file("c.yaml", "platform: {appId: '1', appSecret: \(secret), adminKey: \(secret)}")
        let apps = self.folder.file("a.yaml", "[{kgAppId: '1', appSecret: \(secret), adminKey: \(secret)}]")
        let properties = self.folder.file("k.properties", "sasl.password=\(secret)\n")
        let name = ConfigurationError.Problem("TEST", "")
        let environment = ["PLATFORM_ADMIN_KEY": secret]
        return [
            Secret(secret), AppCredentials(kgAppId: "1", appSecret: Secret(secret), adminKey: Secret(secret)),
            credentials,
            token, ValidationRequest(kgAppId: "1", platform: .pc, accessToken: token),
            LoginEvent(kgAppId: "1", accessToken: token, platform: .pc, eventID: "e"), record,
            DeadLetter(record: record, disposition: .malformed, message: "m"),
            OutgoingRecord(key: bytes, value: bytes, headers: []),
            KafkaRecord(topicPartition: .init(topic: "t", partition: 0), offset: 1, key: bytes, value: bytes),
            KafkaProducerRecord(topic: "t", key: bytes, value: bytes),
            KafkaConfiguration(bootstrapServers: "h:1", clientID: "c", properties: ["sasl.password": secret]),
            Verdict.Redirect(target: "lockout", url: secret), try TokenFingerprinter(key: bytes),
            try BoundedFile(settings, named: name, maximumBytes: 1000),
            try YAMLFile(settings, named: name, maximumBytes: 1000), try ConfigurationFile(settings),
            try CredentialsFile(apps, named: name), try PropertiesFile(properties, named: name),
            ConfigurationLayers(file: settings, environment: environment, flags: [:]),
            SettingReader(layers: ConfigurationLayers(file: settings, environment: environment, flags: [:])),
            try ServiceConfiguration.loading(environment: ["PLATFORM_CREDENTIALS_FILE": apps]),
            try ServiceConfiguration.loading(file: settings).platform.apps(),
        ]
    }

    @Test func noDisplayOfAValueShowsASecret() throws {
        let bytes = Self.secret.utf8.map { "\($0)" }
        for holder in try self.holders() {
            let text = Self.everyDisplay(of: holder)
            #expect(!text.contains(Self.secret), "\(type(of: holder))")
            // As an array's description, and as `dump` lists it.
            #expect(!text.contains(bytes.prefix(6).joined(separator: ", ")), "\(type(of: holder))")
            #expect(!text.contains(bytes.prefix(3).map { "- \($0)\n" }.joined()), "\(type(of: holder))")
        }
    }
}
