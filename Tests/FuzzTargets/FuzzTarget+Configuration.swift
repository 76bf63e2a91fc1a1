import Foundation
import LoginContracts
import ValidationPipeline
import ValidatorService

extension FuzzTarget {
    private static let settingWords = [
        "\nKAFKA_GROUP_ID=", "\nPLATFORM_TIMEOUT=", "\nLOG_LEVEL=", "\nEVENTS_MAXIMUM_AGE=", "\nOPS_LISTEN=", "7s",
        "500ms",
        "off", "true", "literal", "[::1]:1", "127.0.0.1:9464", "https://h", "http://h", "json", "\nPOLICY=",
    ]

    /// Lines: environment variables.
    static let settings = FuzzTarget(
        "settings",
        seeds: [
            "KAFKA_BOOTSTRAP_SERVERS=a:1,[::1]:9092\nPLATFORM_TIMEOUT=7s\nLOG_LEVEL=debug\nEVENTS_MAXIMUM_AGE=24h",
            "PLATFORM_APP_ID=1\nPLATFORM_APP_SECRET=\(plantedSecret)\nPLATFORM_ADMIN_KEY=\(plantedSecret)\nOPS_LISTEN=off",
            "AUDIT_FINGERPRINT_KEY=\(String(repeating: "5e", count: 32))\nINSTANCE_ID=i-1\nOUTCOMES_SOURCE=/a?b=c",
            "PLATFORM_BASE_URL=http://127.0.0.1:1/x\nPOLICY=literal\nSHUTDOWN_TIMEOUT=1m\nPLATFORM_ALLOW_PLAINTEXT=yes",
        ],
        pieces: settingWords
    ) { input in
        var environment: [String: String] = [:]
        for line in String(decoding: input, as: UTF8.self).split(separator: "\n").prefix(200) {
            let equals = line.firstIndex(of: "=") ?? line.endIndex
            environment[String(line[..<equals])] = String(line[equals...].dropFirst())
        }
        // Names of files are another target's.
        environment = environment.filter { !$0.key.hasSuffix("FILE") }
        return Self.brokenRules(environment: environment)
    }

    /// The file of `--config`.
    static let configurationFile = FuzzTarget(
        "configuration-file",
        seeds: [
            "kafka:\n  bootstrapServers: a:1\n  groupId: g\nplatform: {appId: '01', appSecret: \(plantedSecret), adminKey: k}\nlog.level: debug\n",
            #"{"kafka":{"loginEventsTopic":"in"},"events":{"maximumAge":"24h"},"policy":"literal","ops.listen":"off"}"#,
            "# comment\nplatform:\n  timeout: &t 7s\nshutdownTimeout: *t\naudit: ~\n---\n",
            "\u{FEFF}log: {level: info}\n",
            "outcomes:\n  source: |-\n    /a\n  publishPasses: true\ninstanceId: \"\\u0069\"\n",
        ],
        pieces: [
            "kafka: ", "platform:\n  ", "*t", "&t ", "!!str ", "? ", "- ", "|\n", ">-\n", "<<: ", "policy: ", "~",
            "%YAML 1.2\n",
        ]
    ) { input in
        let file = ScratchFile(input)
        return Self.brokenRules(file: file.path)
    }

    /// The file of KAFKA_PROPERTIES_FILE.
    static let propertiesFile = FuzzTarget(
        "properties-file",
        seeds: [
            "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.password=\(plantedSecret)\n# comment\n\n",
            "linger.ms = 5\r\nclient.rack=a=b\nenable.idempotence=true\nsession.timeout.ms=6000\r\n",
        ],
        pieces: ["fetch.wait.max.ms=", "debug=", "ssl.ca.location=", "=", "\n#", "\r", "acks=0\n", "sasl.password="]
    ) { input in
        let file = ScratchFile(input)
        var rules = Rules(broken: Self.brokenRules(environment: ["KAFKA_PROPERTIES_FILE": file.path]))
        guard let kafka = Self.load(environment: ["KAFKA_PROPERTIES_FILE": file.path])?.kafka else {
            return rules.broken
        }
        for value in kafka.properties.values where value.contains(plantedSecret) && value.count < 200 {
            let isName = kafka.properties.keys.contains { $0.contains(plantedSecret) }
            rules.expect(isName || !shown(kafka).contains(plantedSecret), "properties do not show their values")
        }
        let again = ScratchFile(kafka.properties.map { "\($0.key)=\($0.value)\n" }.joined().utf8)
        let reread = Self.load(environment: ["KAFKA_PROPERTIES_FILE": again.path])?.kafka.properties
        rules.expect(reread == kafka.properties, "properties that are written are read as the same")
        return rules.broken
    }

    /// The file of PLATFORM_CREDENTIALS_FILE.
    static let credentialsFile = FuzzTarget(
        "credentials-file",
        seeds: [
            "- {kgAppId: '1', appSecret: \(plantedSecret), adminKey: \(plantedSecret)}\n- kgAppId: 00234\n  appSecret: s\n  adminKey: k\n  baseUrl: https://h\n",
            #"{"apps":[{"kgAppId":"9","appSecret":"\#(plantedSecret)","adminKey":"k","baseUrl":null}]}"#,
        ],
        pieces: [
            "kgAppId: ", "appSecret: ", "adminKey: ", "baseUrl: http://h", "- ", "apps:\n", "*a", "&a ", "!!int ", "? ",
        ]
    ) { input in
        let file = ScratchFile(input)
        let environment = ["PLATFORM_CREDENTIALS_FILE": file.path]
        var rules = Rules(broken: Self.brokenRules(environment: environment))
        guard let platform = Self.load(environment: environment)?.platform else { return rules.broken }
        let isOpen = platform.credentials.contains {
            $0.kgAppId.contains(plantedSecret) || $0.baseURL?.contains(plantedSecret) ?? false
        }
        rules.expect(isOpen || !shown(platform).contains(plantedSecret), "credentials are not shown")
        let apps = platform.credentials.map { app in
            [
                "kgAppId": app.kgAppId, "appSecret": app.appSecret.value, "adminKey": app.adminKey.value,
                "baseUrl": app.baseURL,
            ]
            .compactMapValues { $0 }
        }
        let again = ScratchFile((try? JSONEncoder().encode(apps)) ?? Data())
        let reread = Self.load(environment: ["PLATFORM_CREDENTIALS_FILE": again.path])?.platform.credentials
        let isSame = reread?.elementsEqual(platform.credentials) { left, right in
            left.kgAppId == right.kgAppId && left.appSecret.value == right.appSecret.value
                && left.adminKey.value == right.adminKey.value && left.baseURL == right.baseURL
        }
        rules.expect(isSame == true, "credentials that are written are read as the same")
        return rules.broken
    }

    /// The file of POLICY_FILE.
    static let policyFile = FuzzTarget(
        "policy-file",
        seeds: [
            "rows:\n  - { status: 462, action: pass }\n  - { code: -10102, action: kick, reason: sanctioned }\n",
            #"{"rows":[{"row":"abnormalState","action":"retry"},{"status":"477","action":"lockout","reason":null}]}"#,
        ],
        pieces: [
            "status: ", "code: -", "row: ", "action: ", "reason: ", "kick", "pass", "retry", "reject", "999", "- ",
        ]
    ) { input in
        let file = ScratchFile(input)
        var rules = Rules(broken: Self.brokenRules(environment: ["POLICY_FILE": file.path]))
        guard let policy = Self.load(environment: ["POLICY_FILE": file.path])?.policy, !policy.rows.isEmpty else {
            return rules.broken
        }
        let rows = policy.rows.map { row -> [String: String] in
            var members = ["action": row.action.rawValue]
            members["reason"] = row.reason?.rawValue
            switch row.match {
            case .code(let code): members["code"] = "\(code)"
            case .status(let status): members["status"] = "\(status)"
            case .row(let row): members["row"] = row.rawValue
            }
            return members
        }
        let again = ScratchFile((try? JSONEncoder().encode(["rows": rows])) ?? Data())
        let reread = Self.load(environment: ["POLICY_FILE": again.path])?.policy
        rules.expect(reread?.rows == policy.rows, "rows that are written are read as the same")
        rules.expect(reread?.version == policy.version, "the same rows have the same version")
        return rules.broken
    }

    private static func load(file: String? = nil, environment: [String: String] = [:]) -> ServiceConfiguration? {
        try? ServiceConfiguration.load(file: file, environment: environment, flags: [:], needs: [])
    }

    /// What holds for every configuration: nothing secret is shown, and what `config show` lists can be set again.
    private static func brokenRules(file: String? = nil, environment: [String: String] = [:]) -> [String] {
        var rules = Rules()
        let configuration: ServiceConfiguration
        do throws(ConfigurationError) {
            configuration = try ServiceConfiguration.load(file: file, environment: environment, flags: [:], needs: [])
        } catch {
            rules.expect(!error.problems.isEmpty, "an error has a problem")
            for problem in error.problems {
                rules.expect(!problem.rule.contains(plantedSecretMark), "a problem repeats no value")
                rules.expect(problem.rule.hasSuffix(".") || problem.rule.hasSuffix("?"), "a problem is a sentence")
            }
            rules.expect(error.description.utf8.count < 100_000, "a description is bounded")
            return rules.broken
        }
        let credentials = configuration.platform.credentials
        let secrets = credentials.flatMap { [$0.appSecret.value, $0.adminKey.value] }
            .filter { $0.contains(plantedSecretMark) }
        let texts = shown(configuration) + configuration.effectiveValues().map { "\($0)" }.joined()
        // What is a secret in one place may be given as an open value in another.
        let open =
            configuration.effectiveValues().filter { !Self.isSecret($0) }.map(\.value)
            + credentials.flatMap { [$0.kgAppId, $0.baseURL ?? ""] }
        for secret in secrets where !open.contains(where: { $0.contains(secret) }) {
            rules.expect(!texts.contains(secret), "a configuration does not show a secret")
        }
        for value in configuration.effectiveValues() where Self.isSecret(value) {
            rules.expect(["", Secret.redacted].contains(value.value), "\(value.key): a secret's value is redacted")
        }
        let own: ServiceConfiguration.Origin = file == nil ? .environment : .file
        let values = configuration.effectiveValues().filter {
            $0.origin == own && $0.value != Secret.redacted && !$0.environmentName.contains("PLATFORM_APP")
                && !$0.environmentName.contains("PLATFORM_ADMIN")
        }
        let again: [ServiceConfiguration.EffectiveValue]?
        if file == nil {
            let pairs = values.map { ($0.environmentName, $0.value) }
            again = Self.load(environment: Dictionary(pairs) { first, _ in first })?.effectiveValues()
        } else {
            let pairs = values.map { ($0.key, $0.value) }
            let scratch = ScratchFile((try? JSONEncoder().encode(Dictionary(pairs) { first, _ in first })) ?? Data())
            again = Self.load(file: scratch.path)?.effectiveValues()
        }
        for value in values {
            let same = again?.first { $0.key == value.key }?.value
            rules.expect(same == value.value, "\(value.key): a value that is shown can be set again")
        }
        return rules.broken
    }

    private static func isSecret(_ value: ServiceConfiguration.EffectiveValue) -> Bool {
        ["_SECRET", "_KEY", "_TOKEN"].contains { value.environmentName.hasSuffix($0) }
    }
}
