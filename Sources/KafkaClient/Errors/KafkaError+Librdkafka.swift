import CRDKafka

extension KafkaError {
    /// An error of a call that returns only a code.
    ///
    /// Such a call says nothing about trying again, so retriable is what is known to pass by itself.
    init(_ code: rd_kafka_resp_err_t, while action: String, file: String = #fileID, line: Int = #line) {
        let kind = Code(code)
        self.init(
            code: kind,
            librdkafkaCode: code.rawValue,
            isFatal: code == RD_KAFKA_RESP_ERR__FATAL,
            isRetriable: kind.passesByItself,
            message: Self.sentence(action, reason: String(cString: rd_kafka_err2str(code)), kind),
            file: file,
            line: line
        )
    }

    /// An error with a reason given by librdkafka in a callback or an error message.
    init(
        _ code: rd_kafka_resp_err_t,
        reason: String,
        isFatal: Bool = false,
        while action: String,
        file: String = #fileID,
        line: Int = #line
    ) {
        let kind = Code(code)
        self.init(
            code: kind,
            librdkafkaCode: code.rawValue,
            isFatal: isFatal || code == RD_KAFKA_RESP_ERR__FATAL,
            isRetriable: !isFatal && kind.passesByItself,
            message: Self.sentence(action, reason: reason, kind),
            file: file,
            line: line
        )
    }

    /// Takes over an error object, which this initialiser destroys.
    init(consuming error: OpaquePointer, while action: String, file: String = #fileID, line: Int = #line) {
        defer { rd_kafka_error_destroy(error) }
        let code = rd_kafka_error_code(error)
        let kind = Code(code)
        self.init(
            code: kind,
            librdkafkaCode: code.rawValue,
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0,
            mustAbort: rd_kafka_error_txn_requires_abort(error) != 0,
            message: Self.sentence(action, reason: String(cString: rd_kafka_error_string(error)), kind),
            file: file,
            line: line
        )
    }

    /// The error of a call on a client that was stopped or closed.
    static func closed(while action: String, file: String = #fileID, line: Int = #line) -> KafkaError {
        KafkaError(
            code: .closed,
            message: "Could not \(action): the client is closed. \(Code.closed.advice)",
            file: file,
            line: line
        )
    }

    private static func sentence(_ action: String, reason: String, _ kind: Code) -> String {
        let reason = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
        return "Could not \(action): \(reason.prefix(Self.maximumReasonLength)). \(kind.advice)"
    }

    /// Characters of librdkafka's reason that a message takes over.
    private static let maximumReasonLength = 500
}

extension KafkaError.Code {
    /// True for what passes without anybody doing something: another try may succeed.
    fileprivate var passesByItself: Bool {
        switch self {
        case .unreachable, .timedOut, .coordinatorUnavailable, .offsetUnstable, .notEnoughReplicas, .queueFull,
            .recordExpired, .recordPurged:
            true
        case .configuration, .authentication, .authorization, .unknownTopic, .fenced, .membershipLost,
            .pollIntervalExceeded, .offsetOutOfRange, .offsetMetadataTooLarge, .recordTooLarge, .transactionState,
            .unsupported, .invalidState, .closed, .fatal, .other:
            false
        }
    }
}
