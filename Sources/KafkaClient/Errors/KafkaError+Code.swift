import CRDKafka

extension KafkaError {
    /// The kinds of error that a user of this module treats differently.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// A configuration property is unknown, has a bad value or would break a guarantee.
        case configuration
        /// No connection to a broker, or none of its answers arrived.
        case unreachable
        /// The call's time was over; what it asked for may still happen.
        case timedOut
        /// Credentials were refused, or TLS could not be agreed on.
        case authentication
        /// The principal lacks a permission.
        case authorization
        /// The topic or the partition does not exist.
        case unknownTopic
        /// The coordinator of a group or transaction is loading, moving or away for now.
        case coordinatorUnavailable
        /// Another producer with the same transactional id, or another member with the same instance id, took over.
        case fenced
        /// The consumer is no longer, or not yet, a member of its group in the generation it believes in.
        case membershipLost
        /// The records were not polled for longer than `max.poll.interval.ms`.
        case pollIntervalExceeded
        /// The offset asked for is not, or no longer, in the partition.
        case offsetOutOfRange
        /// A transaction that commits this offset has not ended yet.
        case offsetUnstable
        /// The text committed with an offset is longer than the broker allows.
        case offsetMetadataTooLarge
        /// The record, or a batch of them, is larger than allowed.
        case recordTooLarge
        /// The record could not be delivered within `delivery.timeout.ms`.
        case recordExpired
        /// The record was taken back before it was delivered.
        case recordPurged
        /// The producer's local queue is full.
        case queueFull
        /// The broker does not have enough replicas to keep the record safely.
        case notEnoughReplicas
        /// The broker and this client disagree about the transaction or the producer's sequence.
        case transactionState
        /// The broker or the library cannot do this.
        case unsupported
        /// The call does not fit the client's state.
        case invalidState
        /// The client was stopped or closed.
        case closed
        /// librdkafka raised a fatal error.
        case fatal
        /// Anything else; see ``KafkaError/librdkafkaCode``.
        case other
    }
}

extension KafkaError.Code {
    /// The kind of a librdkafka error.
    init(_ code: rd_kafka_resp_err_t) {
        self = Self.kinds[code.rawValue] ?? .other
    }

    /// What an operator or a caller can do about it, as the last sentence of a message.
    var advice: String {
        switch self {
        case .configuration: "Correct the property."
        case .unreachable:
            "Check bootstrap.servers, the network and that the brokers are up; the client reconnects by itself."
        case .timedOut: "It may succeed when tried again."
        case .authentication: "Check security.protocol and the credentials."
        case .authorization: "Grant the principal this permission."
        case .unknownTopic: "Create the topic or correct its name."
        case .coordinatorUnavailable: "Try again: the coordinator is moving or loading."
        case .fenced: "Another instance with the same id is running; stop one of them."
        case .membershipLost: "The group has rebalanced; wait for the next assignment."
        case .pollIntervalExceeded: "Raise max.poll.interval.ms or look for what blocked the consumer's thread."
        case .offsetOutOfRange: "Consuming goes on as auto.offset.reset says."
        case .offsetUnstable: "Try again when the other transaction has ended."
        case .offsetMetadataTooLarge: "Commit a shorter metadata text."
        case .recordTooLarge: "Raise message.max.bytes here and on the broker, or send less."
        case .recordExpired: "Produce it again."
        case .recordPurged: "Produce it again."
        case .queueFull: "Flush, or raise queue.buffering.max.messages."
        case .notEnoughReplicas: "Check the health of the brokers."
        case .transactionState: "Abort the transaction, or make a new producer if the error is fatal."
        case .unsupported: "Use a newer broker or library."
        case .invalidState: "This is a mistake in the order of calls."
        case .closed: "Make a new client."
        case .fatal: "Destroy the client and make a new one."
        case .other: "See librdkafka's documentation of the error."
        }
    }

    private static let kinds: [Int32: KafkaError.Code] = {
        let groups: [(KafkaError.Code, [rd_kafka_resp_err_t])] = [
            (
                .unreachable,
                [
                    RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
                    RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
                    RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                ]
            ),
            (
                .timedOut,
                [
                    RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                    RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
                ]
            ),
            (
                .authentication,
                [
                    RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
                    RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
                    RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
                ]
            ),
            (
                .authorization,
                [
                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                ]
            ),
            (
                .unknownTopic,
                [
                    RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
                    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
                ]
            ),
            (
                .coordinatorUnavailable,
                [
                    RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
                    RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR__WAIT_COORD,
                ]
            ),
            (
                .fenced,
                [
                    RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
                    RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                    RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED,
                ]
            ),
            (
                .membershipLost,
                [
                    RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
                    RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
                ]
            ),
            (.pollIntervalExceeded, [RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED]),
            (
                .offsetOutOfRange,
                [
                    RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
                    RD_KAFKA_RESP_ERR__NO_OFFSET,
                ]
            ),
            (.offsetUnstable, [RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT]),
            (
                .offsetMetadataTooLarge,
                [RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE]
            ),
            (
                .recordTooLarge,
                [
                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
                    RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
                ]
            ),
            (.recordExpired, [RD_KAFKA_RESP_ERR__MSG_TIMED_OUT]),
            (.recordPurged, [RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT]),
            (.queueFull, [RD_KAFKA_RESP_ERR__QUEUE_FULL]),
            (
                .notEnoughReplicas,
                [RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND]
            ),
            (
                .transactionState,
                [
                    RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
                    RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
                    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR__INCONSISTENT,
                    RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE,
                ]
            ),
            (
                .unsupported,
                [
                    RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
                    RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED,
                ]
            ),
            (
                .invalidState,
                [
                    RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__CONFLICT, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS,
                    RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR__NOT_CONFIGURED,
                ]
            ),
            (.configuration, [RD_KAFKA_RESP_ERR__INVALID_ARG]),
            (.closed, [RD_KAFKA_RESP_ERR__DESTROY]),
            (.fatal, [RD_KAFKA_RESP_ERR__FATAL]),
        ]
        var kinds: [Int32: KafkaError.Code] = [:]
        for (kind, codes) in groups {
            for code in codes { kinds[code.rawValue] = kind }
        }
        return kinds
    }()
}
