import CRDKafka

/// What went wrong between this process and Kafka.
///
/// Decide by ``code``, ``isFatal``, ``mustAbort`` and ``isRetriable``, in the order that a transaction needs: must abort
/// first, then retriable (the same call with the same arguments again), then fatal (destroy the client, make a new
/// one). Never decide by the message. No value of a configuration property ever enters an error.
package struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    package let code: Code
    /// librdkafka's number (`rd_kafka_resp_err_t`): negative ones are the client's, positive ones the broker's, 0 for
    /// an error that this module found by itself.
    package let librdkafkaCode: Int32
    /// The client can do nothing any more and must be made anew.
    package let isFatal: Bool
    /// The same call may succeed when it is made again.
    package let isRetriable: Bool
    /// The running transaction cannot be committed any more (`rd_kafka_error_txn_requires_abort`).
    package let mustAbort: Bool
    /// What failed, on which thing, and what to do next.
    package let message: String
    /// Where this module raised it.
    package let location: Location

    /// A place in the source code.
    package struct Location: Hashable, Sendable, CustomStringConvertible {
        /// Module and file.
        package let file: String
        /// Line, from 1.
        package let line: Int

        /// `file:line`.
        package var description: String { "\(self.file):\(self.line)" }
    }

    /// Makes an error, as this module and tests of its users do.
    package init(
        code: Code,
        librdkafkaCode: Int32 = 0,
        isFatal: Bool = false,
        isRetriable: Bool = false,
        mustAbort: Bool = false,
        message: String,
        file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.librdkafkaCode = librdkafkaCode
        self.isFatal = isFatal
        self.isRetriable = isRetriable
        self.mustAbort = mustAbort
        self.message = message
        self.location = Location(file: file, line: line)
    }

    /// The same error, of a client that can do nothing any more.
    var asFatal: KafkaError {
        KafkaError(
            code: self.code,
            librdkafkaCode: self.librdkafkaCode,
            isFatal: true,
            message: self.message,
            file: self.location.file,
            line: self.location.line
        )
    }

    /// librdkafka's name of the error, such as `_TIMED_OUT`; empty for an error that this module found by itself.
    package var librdkafkaName: String {
        self.librdkafkaCode == 0 ? "" : String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(self.librdkafkaCode)))
    }

    /// The message, librdkafka's name of the error, and what the error asks for.
    package var description: String {
        var marks = [String(describing: self.code)]
        if self.librdkafkaCode != 0 { marks.append(self.librdkafkaName) }
        if self.isFatal { marks.append("fatal") }
        if self.mustAbort { marks.append("must abort") }
        if self.isRetriable { marks.append("retriable") }
        return "\(self.message) [\(marks.joined(separator: ", "))]"
    }
}
