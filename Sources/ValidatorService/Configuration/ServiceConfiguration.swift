package import AuditTrail
package import HTTPListener
package import LoginContracts
package import ValidationPipeline

/// Everything the service can be told, checked: contract section 8.
///
/// Plain values with their defaults beside them; ``load(file:environment:flags:needs:)`` reads them from the layers.
package struct ServiceConfiguration: Sendable {
    package var kafka = Kafka()
    package var platform = Platform()
    package var policy = Policy()
    package var massKickGuard = MassKickGuard.Configuration()
    package var events = Events()
    package var outcomes = Outcomes()
    package var audit = Audit()
    package var operations = Operations()
    package var auditConsole = AuditConsole()
    /// Names this instance in entries and in its transactional id.
    package var instanceID = "localhost"
    package var logLevel = "info"
    package var logFormat = LogFormat.automatic
    /// How long a stop may wait for what is under way.
    package var shutdownTimeout: Duration = .seconds(25)
    /// Whether a crash may leave this process' memory behind.
    package var allowsCoreDumps = false
    /// How long consumption may stand still without a known reason; `nil` is for ever.
    package var stallTimeout: Duration? = .seconds(120)
    /// What is allowed and worth a remark.
    package var warnings: [String] = []
    /// Where each value came from, for `config show`.
    package var values: [EffectiveValue] = []

    package struct Kafka: Sendable {
        /// Required by `run`.
        package var bootstrapServers = ""
        package var groupID = "login-validator"
        package var loginEventsTopic = "login.events"
        package var outcomesTopic = "login.outcomes"
        package var deadLettersTopic = "login.events.dead-letters"
        /// Where the trail's checkpoints go.
        package var checkpointsTopic = "login.audit.checkpoints"
        package var delivery = Delivery.exactlyOnce
        /// Whether the instance is a static member of its group, by the name of ``ServiceConfiguration/instanceID``.
        package var isStaticMember = false
        /// Further librdkafka properties, some of them secret.
        package var properties: [String: String] = [:]

        package enum Delivery: String, CaseIterable, Sendable {
            case exactlyOnce = "exactly-once"
            case atLeastOnce = "at-least-once"
        }
    }

    package struct Platform: Sendable {
        package var baseURL = "https://kr-openapi-zinny3.game.kakao.com:10443"
        /// Of a whole attempt; a little more than the platform's own 5 s.
        package var timeout: Duration = .seconds(7)
        package var maximumConnections = 64
        /// A ceiling for each host; `nil` is none.
        package var maximumCallsPerSecond: Int?
        /// A PEM file of certificate authorities to trust besides the system's.
        package var certificateAuthorityFile: String?
        /// Whether `http` is allowed to other hosts than this one.
        package var allowsPlaintext = false
        package var credentials: [AppCredentials] = []
        /// Where the credentials came from, if from a file; it is read again on SIGHUP.
        package var credentialsFile: String?
    }

    package struct Policy: Sendable {
        package var profile = VerdictPolicy.Profile.guarded
        package var rows: [VerdictPolicy.Override] = []
        /// The profile's name and, with rows of its own, the beginning of their digest; in every entry.
        package var version = "guarded"
    }

    package struct Events: Sendable {
        /// Older events are not asked about; `nil` is no limit.
        package var maximumAge: Duration?
    }

    package struct Outcomes: Sendable {
        package var mode = OutcomeEncoder.Mode.binary
        /// CloudEvents `source`.
        package var source = "/login-validator"
        package var publishesPasses = false
        package var publishesRedirects = true
    }

    package struct Audit: Sendable {
        package var database = "audit.db"
        /// 32 bytes or more; `nil` uses the key file beside the database, made at the first start.
        package var fingerprintKeyBytes: [UInt8]?
        /// 32 bytes, the private key of Ed25519; `nil` uses the key file beside the database, made at the first start.
        package var checkpointKeyBytes: [UInt8]?
        /// Whose checkpoints they are; `nil` for a name made from the trail's id.
        package var checkpointOrigin: String?
        /// How often a trail that has grown is signed.
        package var checkpointInterval: Duration = .seconds(60)
        package var accessLog = AccessLogPlace.besideTrail
        package var requirePurpose = PurposeRule.off

        /// Where looks at the trail are recorded.
        package enum AccessLogPlace: Hashable, Sendable {
            /// Beside the trail that is looked at.
            case besideTrail
            case at(String)
            /// Nowhere.
            case off
        }

        /// Which commands have to say why somebody asks.
        package enum PurposeRule: String, CaseIterable, Sendable {
            case off
            /// Those that make something to take away: exports, evidence, backups.
            case exports
            case always
        }
        /// Whether what entries say about players is encrypted under a key of each player's own.
        package var hasPlayerKeys = false
        /// When the database is sealed and another one goes on; without limits never.
        package var segments = SegmentPolicy()
        /// When sealed segments are removed; `nil` keeps them all.
        package var retention: RetentionPolicy?
    }

    package struct Operations: Sendable {
        /// `nil` is off.
        package var listen: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 9464)
        /// What a request that changes something must bring; `nil` lets this machine's own requests do without.
        package var token: Secret?
    }

    /// What `audit serve` needs; `run` does not look at it.
    package struct AuditConsole: Sendable {
        package var listen = ListenAddress(host: "127.0.0.1", port: 9465)
        /// What has to be given to sign in, where other machines can connect.
        package var token: Secret?
    }

    /// A setting as `config show` lists it.
    package struct EffectiveValue: Sendable {
        package var key: String
        package var environmentName: String
        /// `<redacted>` for a secret; empty when not set.
        package var value: String
        package var origin: Origin
    }

    /// The layers, each winning over those before it.
    package enum Origin: String, CaseIterable, Comparable, Sendable {
        case `default`
        case file
        case environment
        case flag

        package static func < (left: Self, right: Self) -> Bool {
            func rank(_ origin: Self) -> Int { Self.allCases.firstIndex(of: origin) ?? 0 }
            return rank(left) < rank(right)
        }
    }
}

/// How log lines look.
package enum LogFormat: String, CaseIterable, Sendable {
    case automatic = "auto"
    case text
    case json
}
