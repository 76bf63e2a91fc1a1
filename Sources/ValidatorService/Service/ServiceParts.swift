import AuditTrail
import Foundation
import KafkaClient
import Logging
import LoginContracts
import NIOCore
import NIOPosix
import PlatformClient
import ValidationPipeline

/// Everything the running service is made of, put together in the order in which each part needs the one before.
struct ServiceParts {
    let checkpoints: CheckpointPublisher
    let accesses: AccessLogWitness
    let retention: SegmentRetention
    let trail: TrailWriter
    let credentials: CredentialStore
    let eventLoops: MultiThreadedEventLoopGroup
    let validator: PlatformValidator
    let bridge: KafkaBridge
    let consumer: KafkaConsumer
    let publisher: Publisher
    let engine: ValidationEngine
    let backlog: KafkaBacklogProbe

    /// The two ways to publish, with what differs in their lives.
    enum Publisher {
        case exactlyOnce(ExactlyOncePublisher)
        case atLeastOnce(KafkaProducer, AtLeastOncePublisher)

        var port: any OutcomePublisher {
            switch self {
            case .exactlyOnce(let publisher): publisher
            case .atLeastOnce(_, let publisher): publisher
            }
        }

        func stop() {
            if case .exactlyOnce(let publisher) = self { publisher.stop() }
        }

        func close() {
            switch self {
            case .exactlyOnce(let publisher): publisher.close()
            case .atLeastOnce(let producer, _): producer.close()
            }
        }
    }

    /// How long the first answer of a Kafka broker may take at the start.
    static let brokerTimeout: Duration = .seconds(20)
}

/// What the parts tell the service while it runs.
struct ServiceCallbacks: Sendable {
    /// Nothing can go on: the service ends with this error.
    let fatal: @Sendable (any Error) -> Void
    /// Whether partitions are assigned.
    let assignment: @Sendable (Bool) -> Void
    let observe: @Sendable (PipelineNotice) -> Void
    /// Where the parts say why they hold.
    let holds: HoldReasons
}

extension ServiceParts {
    /// Opens the trail, reaches Kafka and prepares everything up to, but not including, the first record. Blocks.
    init(_ configuration: ServiceConfiguration, callbacks: ServiceCallbacks, logger: Logger) throws {
        let trail = try TrailWriter(
            path: configuration.audit.database,
            instanceID: configuration.instanceID,
            segments: configuration.audit.segments,
            logger: logger
        )
        do {
            try self.init(configuration, trail: trail, callbacks: callbacks, logger: logger)
        } catch {
            trail.close()
            throw error
        }
    }

    private init(
        _ configuration: ServiceConfiguration,
        trail: TrailWriter,
        callbacks: ServiceCallbacks,
        logger: Logger
    ) throws {
        let fingerprinter = try TokenFingerprinter(
            key: configuration.audit.fingerprintKeyBytes
                ?? TokenFingerprinter.loadOrCreateKey(beside: configuration.audit.database)
        )
        let credentials = CredentialStore(try configuration.platform.apps())
        var kafka = configuration.kafka.clientConfiguration(instanceID: configuration.instanceID)
        let clusterID = try Self.clusterID(kafka, delivery: configuration.kafka.delivery, logger: logger)
        if EmbeddedBroker.isClusterID(clusterID), kafka.properties["fetch.wait.max.ms"] == nil {
            // It answers a fetch of an empty partition only after this time, whatever comes meanwhile.
            kafka.properties["fetch.wait.max.ms"] = "10"
        }

        self.trail = trail
        self.credentials = credentials
        self.eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = self.eventLoops.next()
        let clientConfiguration = try configuration.platform.clientConfiguration()
        self.validator = PlatformValidator(credentials: credentials) { baseURL in
            var configuration = clientConfiguration
            configuration.baseURL = baseURL
            return try ValidationClient(configuration: configuration, eventLoopGroup: eventLoop, logger: logger)
        }
        let generations = GroupGenerations()
        let bridge = KafkaBridge(
            trail: trail,
            clusterID: clusterID,
            intake: LoginIntake(clusterID: clusterID, fingerprinter: fingerprinter, credentials: credentials),
            generations: generations,
            logger: logger,
            assignment: callbacks.assignment,
            fatal: callbacks.fatal
        )
        self.bridge = bridge
        self.consumer = try KafkaConsumer(
            configuration: kafka,
            groupID: configuration.kafka.groupID,
            groupInstanceID: configuration.kafka.isStaticMember ? configuration.instanceID : nil,
            topics: [configuration.kafka.loginEventsTopic],
            delegate: bridge,
            logger: logger
        )
        self.backlog = KafkaBacklogProbe(
            configuration: kafka,
            groupID: configuration.kafka.groupID,
            logger: logger
        )
        self.publisher = try Self.publisher(
            configuration,
            kafka: kafka,
            consumer: self.consumer,
            generations: generations,
            callbacks: callbacks,
            logger: logger
        )
        self.accesses = try AccessLogWitness(configuration, trail: trail, logger: logger)
        self.retention = SegmentRetention(configuration, trail: trail, logger: logger)
        self.checkpoints = try CheckpointPublisher(configuration, kafka: kafka, trail: trail, logger: logger)
        self.engine = ValidationEngine(
            machine: PipelineStateMachine(
                configuration: PipelineConfiguration(configuration),
                trailID: trail.trailID,
                nextIndex: trail.nextIndex,
                random: SystemRandomNumberGenerator()
            ),
            executor: EventLoopExecutor(eventLoop: eventLoop),
            blocking: CommitThread(),
            validator: self.validator,
            trail: TrailBridge(
                writer: trail,
                players: try Self.players(configuration, trail: trail),
                instanceID: configuration.instanceID,
                fatal: callbacks.fatal
            ),
            publisher: self.publisher.port,
            demand: { bridge.demand($0, epoch: $1, records: $2) },
            observe: callbacks.observe
        )
        bridge.connect(engine: self.engine, consumer: self.consumer)
    }

    /// With the setting off again, what was sealed before is opened all the same when it is delivered again.
    private static func players(_ configuration: ServiceConfiguration, trail: TrailWriter) throws -> PlayerVault {
        let path = configuration.audit.database
        guard configuration.audit.hasPlayerKeys else {
            return PlayerVault(opening: try PlayerKeyStore.load(beside: path, trailID: trail.trailID))
        }
        return PlayerVault(try PlayerKeyStore.loadOrCreate(beside: path, trailID: trail.trailID))
    }

    /// Asks for the cluster's id, which is part of every record's identity and the first sign of life of a broker.
    private static func clusterID(
        _ kafka: KafkaConfiguration,
        delivery: ServiceConfiguration.Kafka.Delivery,
        logger: Logger
    ) throws -> String {
        let probe = try KafkaProducer(configuration: kafka, mode: .idempotent, logger: logger)
        defer { probe.close() }
        guard let clusterID = probe.clusterID(timeout: Self.brokerTimeout), !clusterID.isEmpty else {
            throw ServiceError(
                "No Kafka broker answered at \(kafka.bootstrapServers) within \(Self.brokerTimeout). Check "
                    + "KAFKA_BOOTSTRAP_SERVERS, the network and, in KAFKA_PROPERTIES_FILE, the security settings."
            )
        }
        if delivery == .exactlyOnce, EmbeddedBroker.isClusterID(clusterID) { throw ServiceError.noTransactionalOffsets }
        return clusterID
    }

    private static func publisher(
        _ configuration: ServiceConfiguration,
        kafka: KafkaConfiguration,
        consumer: KafkaConsumer,
        generations: GroupGenerations,
        callbacks: ServiceCallbacks,
        logger: Logger
    ) throws -> Publisher {
        let factory = RecordFactory(
            outcomesTopic: configuration.kafka.outcomesTopic,
            deadLettersTopic: configuration.kafka.deadLettersTopic,
            outcomes: OutcomeEncoder(mode: configuration.outcomes.mode, source: configuration.outcomes.source),
            deadLetters: DeadLetterEncoder(
                groupID: configuration.kafka.groupID,
                instanceID: configuration.instanceID
            ),
            maximumRecordBytes: kafka.maximumRecordBytes
        )
        switch configuration.kafka.delivery {
        case .exactlyOnce:
            let publisher = ExactlyOncePublisher(
                configuration: kafka,
                transactionalID: "\(configuration.kafka.groupID)-\(configuration.instanceID)",
                consumer: consumer,
                generations: generations,
                factory: factory,
                holds: callbacks.holds,
                logger: logger,
                fatal: callbacks.fatal
            )
            try publisher.start()
            return .exactlyOnce(publisher)
        case .atLeastOnce:
            let producer = try KafkaProducer(configuration: kafka, mode: .idempotent, logger: logger)
            let publisher = AtLeastOncePublisher(producer: producer, consumer: consumer, factory: factory)
            try publisher.start()
            return .atLeastOnce(producer, publisher)
        }
    }
}

extension PipelineConfiguration {
    init(_ configuration: ServiceConfiguration) {
        self.init(instanceID: configuration.instanceID, policyVersion: configuration.policy.version)
        self.policy = VerdictPolicy(profile: configuration.policy.profile, overrides: configuration.policy.rows)
        self.guard = configuration.massKickGuard
        self.limiter.maximum = configuration.platform.maximumConnections
        self.maximumCallsPerSecond = configuration.platform.maximumCallsPerSecond.map(Double.init)
        self.maximumAge = configuration.events.maximumAge
        self.publishesPasses = configuration.outcomes.publishesPasses
        self.publishesRedirects = configuration.outcomes.publishesRedirects
    }
}
