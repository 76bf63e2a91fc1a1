import CRDKafka
import Synchronization

extension EmbeddedBroker {
    /// A kind of request, by Kafka's number of it ("API keys" in the protocol guide).
    package enum Request: Int16, Hashable, Sendable, CaseIterable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initializeProducerID = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case transactionalOffsetCommit = 28
    }

    /// How a broker answers a request instead of doing it.
    package enum Fault: Hashable, Sendable {
        /// It breaks the connection.
        case disconnect
        case requestTimedOut
        case unknownTopicOrPartition
        case notLeader
        case messageTooLarge
        case coordinatorNotAvailable
        case coordinatorLoading
        case notCoordinator
        case topicAuthorizationFailed
        case notEnoughReplicas
        case illegalGeneration
        case unknownMember
        case rebalanceInProgress
        case outOfOrderSequence
        case invalidProducerEpoch
        case invalidTransactionState
        case invalidProducerIDMapping
        case concurrentTransactions
        case producerFenced
        case unstableOffsetCommit
        /// Another of Kafka's error codes.
        case code(Int32)
        /// No fault: the request is done.
        case none

        var code: rd_kafka_resp_err_t {
            switch self {
            case .disconnect: RD_KAFKA_RESP_ERR__TRANSPORT
            case .requestTimedOut: RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT
            case .unknownTopicOrPartition: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
            case .notLeader: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION
            case .messageTooLarge: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
            case .coordinatorNotAvailable: RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE
            case .coordinatorLoading: RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS
            case .notCoordinator: RD_KAFKA_RESP_ERR_NOT_COORDINATOR
            case .topicAuthorizationFailed: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            case .notEnoughReplicas: RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS
            case .illegalGeneration: RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION
            case .unknownMember: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID
            case .rebalanceInProgress: RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS
            case .outOfOrderSequence: RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER
            case .invalidProducerEpoch: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH
            case .invalidTransactionState: RD_KAFKA_RESP_ERR_INVALID_TXN_STATE
            case .invalidProducerIDMapping: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING
            case .concurrentTransactions: RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS
            case .producerFenced: RD_KAFKA_RESP_ERR_PRODUCER_FENCED
            case .unstableOffsetCommit: RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT
            case .code(let code): rd_kafka_resp_err_t(code)
            case .none: RD_KAFKA_RESP_ERR_NO_ERROR
            }
        }
    }

    /// Answers the next requests of a kind with these faults, one each, after those pushed before.
    package func push(_ faults: [Fault], for request: Request) {
        let codes = faults.map(\.code)
        self.cluster.withLock { cluster in
            guard let cluster else { return }
            rd_kafka_mock_push_request_errors_array(cluster.raw, request.rawValue, codes.count, codes)
        }
    }

    /// Forgets the faults of a kind of request.
    package func clearFaults(for request: Request) {
        self.cluster.withLock { cluster in
            guard let cluster else { return }
            rd_kafka_mock_clear_request_errors(cluster.raw, request.rawValue)
        }
    }

    /// Delays every answer of a broker.
    package func setRoundTripTime(_ time: Duration, broker: Int = 1) throws(KafkaError) {
        try self.withCluster("delay broker \(broker)") {
            rd_kafka_mock_broker_set_rtt($0, Int32(clamping: broker), time.milliseconds)
        }
    }

    /// Takes a broker down: its connections break and new ones are refused.
    package func takeDown(broker: Int = 1) throws(KafkaError) {
        try self.withCluster("take broker \(broker) down") {
            rd_kafka_mock_broker_set_down($0, Int32(clamping: broker))
        }
    }

    /// Brings a broker back.
    package func bringUp(broker: Int = 1) throws(KafkaError) {
        try self.withCluster("bring broker \(broker) up") {
            rd_kafka_mock_broker_set_up($0, Int32(clamping: broker))
        }
    }

    /// Makes a broker the leader of a partition.
    package func setLeader(of partition: KafkaTopicPartition, broker: Int) throws(KafkaError) {
        try self.withCluster("move the leader of \(partition)") {
            rd_kafka_mock_partition_set_leader($0, partition.topic, partition.partition, Int32(clamping: broker))
        }
    }

    /// Makes a broker the coordinator of a consumer group.
    package func setCoordinator(ofGroup group: String, broker: Int) throws(KafkaError) {
        try self.withCluster("move the coordinator of \(group)") {
            rd_kafka_mock_coordinator_set($0, "group", group, Int32(clamping: broker))
        }
    }
}
