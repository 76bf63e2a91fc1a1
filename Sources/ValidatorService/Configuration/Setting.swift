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
}

extension Setting {
    static let bootstrapServers = Setting("KAFKA_BOOTSTRAP_SERVERS", "kafka.bootstrapServers")
    static let groupID = Setting("KAFKA_GROUP_ID", "kafka.groupId")
    static let loginEventsTopic = Setting("KAFKA_LOGIN_EVENTS_TOPIC", "kafka.loginEventsTopic")
    static let outcomesTopic = Setting("KAFKA_OUTCOMES_TOPIC", "kafka.outcomesTopic")
    static let deadLettersTopic = Setting("KAFKA_DEAD_LETTERS_TOPIC", "kafka.deadLettersTopic")
    static let delivery = Setting("KAFKA_DELIVERY", "kafka.delivery")
    static let propertiesFile = Setting("KAFKA_PROPERTIES_FILE", "kafka.propertiesFile")
    static let baseURL = Setting("PLATFORM_BASE_URL", "platform.baseUrl")
    static let appID = Setting("PLATFORM_APP_ID", "platform.appId")
    static let appSecret = Setting("PLATFORM_APP_SECRET", "platform.appSecret", isSecret: true)
    static let adminKey = Setting("PLATFORM_ADMIN_KEY", "platform.adminKey", isSecret: true)
    static let credentialsFile = Setting("PLATFORM_CREDENTIALS_FILE", "platform.credentialsFile")
    static let timeout = Setting("PLATFORM_TIMEOUT", "platform.timeout")
    static let maximumConnections = Setting("PLATFORM_MAXIMUM_CONNECTIONS", "platform.maximumConnections")
    static let certificateAuthorityFile = Setting("PLATFORM_CA_FILE", "platform.caFile")
    static let allowPlaintext = Setting("PLATFORM_ALLOW_PLAINTEXT", "platform.allowPlaintext")
    static let policy = Setting("POLICY", "policy")
    static let policyFile = Setting("POLICY_FILE", "policyFile")
    static let maximumAge = Setting("EVENTS_MAXIMUM_AGE", "events.maximumAge")
    static let outcomesFormat = Setting("OUTCOMES_FORMAT", "outcomes.format")
    static let outcomesSource = Setting("OUTCOMES_SOURCE", "outcomes.source")
    static let publishPasses = Setting("OUTCOMES_PUBLISH_PASSES", "outcomes.publishPasses")
    static let publishRedirects = Setting("OUTCOMES_PUBLISH_REDIRECTS", "outcomes.publishRedirects")
    static let database = Setting("AUDIT_DATABASE", "audit.database")
    static let fingerprintKey = Setting("AUDIT_FINGERPRINT_KEY", "audit.fingerprintKey", isSecret: true)
    static let opsListen = Setting("OPS_LISTEN", "ops.listen")
    static let instanceID = Setting("INSTANCE_ID", "instanceId")
    static let logLevel = Setting("LOG_LEVEL", "log.level")
    static let logFormat = Setting("LOG_FORMAT", "log.format")
    static let shutdownTimeout = Setting("SHUTDOWN_TIMEOUT", "shutdownTimeout")

    /// Every setting, in the order they are shown.
    static let all: [Setting] = [
        .bootstrapServers, .groupID, .loginEventsTopic, .outcomesTopic, .deadLettersTopic, .delivery, .propertiesFile,
        .baseURL, .appID, .appSecret, .adminKey, .credentialsFile, .timeout, .maximumConnections,
        .certificateAuthorityFile, .allowPlaintext, .policy, .policyFile, .maximumAge, .outcomesFormat, .outcomesSource,
        .publishPasses, .publishRedirects, .database, .fingerprintKey, .opsListen, .instanceID, .logLevel, .logFormat,
        .shutdownTimeout,
    ]
}
