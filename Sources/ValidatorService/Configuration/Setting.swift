/// A setting: its name in the environment and its key in a file, which correspond word by word.
struct Setting: Hashable, Sendable {
    /// `KAFKA_GROUP_ID`.
    let name: String
    /// `kafka.groupId`.
    let key: String
    var isSecret = false

    init(_ name: String, _ key: String, isSecret: Bool = false) {
        self.name = name
        self.key = key
        self.isSecret = isSecret
    }

    /// The setting that names a file with this secret: `NAME_FILE`, `keyFile`.
    var inFile: Setting {
        precondition(self.isSecret, "Only a secret can be in a file of its own: \(self.name)")
        return Setting(self.name + "_FILE", self.key + "File")
    }
}

extension Setting {
    static let bootstrapServers = Setting("KAFKA_BOOTSTRAP_SERVERS", "kafka.bootstrapServers")
    static let groupID = Setting("KAFKA_GROUP_ID", "kafka.groupId")
    static let loginEventsTopic = Setting("KAFKA_LOGIN_EVENTS_TOPIC", "kafka.loginEventsTopic")
    static let outcomesTopic = Setting("KAFKA_OUTCOMES_TOPIC", "kafka.outcomesTopic")
    static let deadLettersTopic = Setting("KAFKA_DEAD_LETTERS_TOPIC", "kafka.deadLettersTopic")
    static let checkpointsTopic = Setting("KAFKA_AUDIT_CHECKPOINTS_TOPIC", "kafka.auditCheckpointsTopic")
    static let delivery = Setting("KAFKA_DELIVERY", "kafka.delivery")
    static let staticMembership = Setting("KAFKA_STATIC_MEMBERSHIP", "kafka.staticMembership")
    static let propertiesFile = Setting("KAFKA_PROPERTIES_FILE", "kafka.propertiesFile")
    static let baseURL = Setting("PLATFORM_BASE_URL", "platform.baseUrl")
    static let appID = Setting("PLATFORM_APP_ID", "platform.appId")
    static let appSecret = Setting("PLATFORM_APP_SECRET", "platform.appSecret", isSecret: true)
    static let adminKey = Setting("PLATFORM_ADMIN_KEY", "platform.adminKey", isSecret: true)
    static let credentialsFile = Setting("PLATFORM_CREDENTIALS_FILE", "platform.credentialsFile")
    static let timeout = Setting("PLATFORM_TIMEOUT", "platform.timeout")
    static let maximumConnections = Setting("PLATFORM_MAXIMUM_CONNECTIONS", "platform.maximumConnections")
    static let maximumCallsPerSecond = Setting("PLATFORM_MAXIMUM_CALLS_PER_SECOND", "platform.maximumCallsPerSecond")
    static let certificateAuthorityFile = Setting("PLATFORM_CA_FILE", "platform.caFile")
    static let allowPlaintext = Setting("PLATFORM_ALLOW_PLAINTEXT", "platform.allowPlaintext")
    static let policy = Setting("POLICY", "policy")
    static let policyFile = Setting("POLICY_FILE", "policyFile")
    static let suspectKicks = Setting("GUARD_SUSPECT_KICKS", "guard.suspectKicks")
    static let surgeKicks = Setting("GUARD_SURGE_KICKS", "guard.surgeKicks")
    static let wrongCredentialAnswers = Setting("GUARD_WRONG_CREDENTIAL_ANSWERS", "guard.wrongCredentialAnswers")
    static let wrongCredentialCalls = Setting("GUARD_WRONG_CREDENTIAL_CALLS", "guard.wrongCredentialCalls")
    static let probeInterval = Setting("GUARD_PROBE_INTERVAL", "guard.probeInterval")
    static let acceptancePeriod = Setting("GUARD_ACCEPTANCE_PERIOD", "guard.acceptancePeriod")
    static let maximumAge = Setting("EVENTS_MAXIMUM_AGE", "events.maximumAge")
    static let outcomesFormat = Setting("OUTCOMES_FORMAT", "outcomes.format")
    static let outcomesSource = Setting("OUTCOMES_SOURCE", "outcomes.source")
    static let publishPasses = Setting("OUTCOMES_PUBLISH_PASSES", "outcomes.publishPasses")
    static let publishRedirects = Setting("OUTCOMES_PUBLISH_REDIRECTS", "outcomes.publishRedirects")
    static let database = Setting("AUDIT_DATABASE", "audit.database")
    static let fingerprintKey = Setting("AUDIT_FINGERPRINT_KEY", "audit.fingerprintKey", isSecret: true)
    static let checkpointKey = Setting("AUDIT_CHECKPOINT_KEY", "audit.checkpointKey", isSecret: true)
    static let checkpointOrigin = Setting("AUDIT_CHECKPOINT_ORIGIN", "audit.checkpointOrigin")
    static let checkpointInterval = Setting("AUDIT_CHECKPOINT_INTERVAL", "audit.checkpointInterval")
    static let accessLog = Setting("AUDIT_ACCESS_LOG", "audit.accessLog")
    static let requirePurpose = Setting("AUDIT_REQUIRE_PURPOSE", "audit.requirePurpose")
    static let playerKeys = Setting("AUDIT_PLAYER_KEYS", "audit.playerKeys")
    static let segmentMaximumSize = Setting("AUDIT_SEGMENT_MAXIMUM_SIZE", "audit.segmentMaximumSize")
    static let segmentMaximumAge = Setting("AUDIT_SEGMENT_MAXIMUM_AGE", "audit.segmentMaximumAge")
    static let retention = Setting("AUDIT_RETENTION", "audit.retention")
    static let archive = Setting("AUDIT_ARCHIVE", "audit.archive")
    static let opsListen = Setting("OPS_LISTEN", "ops.listen")
    static let opsToken = Setting("OPS_TOKEN", "ops.token", isSecret: true)
    static let consoleListen = Setting("AUDIT_CONSOLE_LISTEN", "auditConsole.listen")
    static let consoleToken = Setting("AUDIT_CONSOLE_TOKEN", "auditConsole.token", isSecret: true)
    static let instanceID = Setting("INSTANCE_ID", "instanceId")
    static let logLevel = Setting("LOG_LEVEL", "log.level")
    static let logFormat = Setting("LOG_FORMAT", "log.format")
    static let shutdownTimeout = Setting("SHUTDOWN_TIMEOUT", "shutdownTimeout")
    static let stallTimeout = Setting("STALL_TIMEOUT", "stallTimeout")
    static let coreDumps = Setting("CORE_DUMPS", "coreDumps")

    /// Every setting, in the order they are shown.
    static let all: [Setting] = [
        .bootstrapServers, .groupID, .loginEventsTopic, .outcomesTopic, .deadLettersTopic, .checkpointsTopic, .delivery,
        .staticMembership, .propertiesFile, .baseURL, .appID, .appSecret, .appSecret.inFile, .adminKey,
        .adminKey.inFile, .credentialsFile, .timeout, .maximumConnections, .maximumCallsPerSecond,
        .certificateAuthorityFile, .allowPlaintext, .policy, .policyFile, .suspectKicks, .surgeKicks,
        .wrongCredentialAnswers, .wrongCredentialCalls, .probeInterval, .acceptancePeriod, .maximumAge,
        .outcomesFormat, .outcomesSource, .publishPasses, .publishRedirects, .database, .fingerprintKey,
        .fingerprintKey.inFile, .checkpointKey, .checkpointKey.inFile, .checkpointOrigin, .checkpointInterval,
        .accessLog, .requirePurpose, .playerKeys, .segmentMaximumSize, .segmentMaximumAge, .retention, .archive,
        .opsListen, .opsToken, .opsToken.inFile, .consoleListen, .consoleToken, .consoleToken.inFile, .instanceID,
        .logLevel, .logFormat, .shutdownTimeout, .stallTimeout, .coreDumps,
    ]

    /// The setting of that environment name or file key.
    static func named(_ name: String) -> Setting? {
        Self.all.first { $0.name == name || $0.key == name }
    }

    /// The keys that settings of a file stand below: `kafka` and so on.
    static let groups = Set(Self.all.map(\.key).filter { $0.contains(".") }.map { String($0.prefix { $0 != "." }) })

    /// The known name most like an unknown one: a key for a key, an environment name for an environment name.
    static func nearest(to name: String) -> (name: String, distance: Int) {
        let isEnvironmentName = name.utf8.allSatisfy { !(0x61...0x7A).contains($0) && $0 != 0x2E }
        let names = isEnvironmentName ? Self.all.map(\.name) : Self.all.map(\.key) + Self.groups.sorted()
        return
            names
            .map { ($0, $0.editDistance(to: name)) }
            .min { $0.1 < $1.1 } ?? ("", .max)
    }

    /// Whether a name can be within two changes of a setting's: each changes the count of at most two letters, and
    /// that is far quicker to see than a distance.
    static func mayBeNear(_ name: String) -> Bool {
        let letters = LetterCounts(name)
        return Self.letterCounts.contains { $0.difference(from: letters) <= 4 }
    }

    private static let letterCounts = Self.all.map { LetterCounts($0.name) }

    /// What to do about a name that is no setting.
    static func hint(for name: String) -> String {
        let nearest = Self.nearest(to: name)
        let isNear = nearest.distance <= Swift.max(2, name.count / 2)
        return isNear ? "did you mean \(nearest.name)?" : "`config show` lists them all."
    }
}

/// How often each letter occurs in a name, ignoring case; everything else counts as one more letter.
private struct LetterCounts: Sendable {
    private var counts = SIMD32<Int8>(repeating: 0)

    init(_ name: String) {
        for byte in name.utf8.prefix(String.maximumComparedLength) {
            let letter = Int(byte | 0x20) - 0x61
            self.counts[(0..<26).contains(letter) ? letter : 26] += 1
        }
    }

    func difference(from other: LetterCounts) -> Int {
        let difference = self.counts &- other.counts
        return (0..<27).reduce(0) { $0 + abs(Int(difference[$1])) }
    }
}

extension String {
    /// Characters of a text that ``editDistance(to:)`` looks at.
    static let maximumComparedLength = 64

    /// The number of insertions, removals and replacements that turn one text into the other, ignoring case.
    func editDistance(to other: String) -> Int {
        let (left, right) = (
            Array(self.lowercased().prefix(Self.maximumComparedLength)),
            Array(other.lowercased().prefix(Self.maximumComparedLength))
        )
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let replaced = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
