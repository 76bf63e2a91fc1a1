import CRDKafka
import Logging
import Synchronization

/// What the C callbacks of one client reach through librdkafka's opaque pointer.
///
/// Which thread calls what:
/// - the log callback: any thread of librdkafka's, so it touches nothing but the logger;
/// - error, statistics and rebalance callbacks of a consumer: only the consumer's own thread, out of
///   `rd_kafka_consumer_poll`;
/// - error and delivery report callbacks of a producer: the thread that calls `rd_kafka_poll`, `rd_kafka_flush` or ends
///   a transaction.
///
/// Sound as `@unchecked Sendable`: `consumer` is written and read on the consumer's thread only (the client's callbacks
/// run nowhere else), the rest is immutable or thread-safe itself.
final class LibraryContext: @unchecked Sendable {
    let logger: Logger
    /// Set by the consumer's thread for as long as it runs.
    var consumer: ConsumerLoop?
    let deliveries = DeliveryLedger()

    init(logger: Logger) {
        self.logger = logger
    }

    /// Puts the callbacks into a configuration. The caller keeps this object until the client is destroyed.
    func install(in conf: OpaquePointer, _ kind: rd_kafka_type_t) {
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            guard let context = LibraryContext.of(rd_kafka_opaque(client)) else { return }
            context.log(level: level, facility: facility, text: text)
        }
        rd_kafka_conf_set_error_cb(conf) { client, code, reason, opaque in
            guard let context = LibraryContext.of(opaque), let client else { return }
            context.failed(client, rd_kafka_resp_err_t(code), reason: reason.map { String(cString: $0) } ?? "")
        }
        if kind == RD_KAFKA_CONSUMER {
            rd_kafka_conf_set_rebalance_cb(conf) { _, code, partitions, opaque in
                LibraryContext.of(opaque)?.consumer?.rebalance(code, partitions)
            }
            rd_kafka_conf_set_stats_cb(conf) { _, json, length, opaque in
                guard let json, let consumer = LibraryContext.of(opaque)?.consumer else { return 0 }
                let bytes = UnsafeRawBufferPointer(start: json, count: length)
                consumer.statistics(String(decoding: bytes, as: UTF8.self))
                return 0
            }
        } else {
            rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
                guard let message, let context = LibraryContext.of(opaque) else { return }
                context.deliveries.reported(message.pointee)
            }
        }
    }

    private static func of(_ opaque: UnsafeMutableRawPointer?) -> LibraryContext? {
        opaque.map { Unmanaged<LibraryContext>.fromOpaque($0).takeUnretainedValue() }
    }

    /// `error_cb`: informational unless it is fatal; librdkafka tries again by itself.
    private func failed(_ client: OpaquePointer, _ code: rd_kafka_resp_err_t, reason: String) {
        let error =
            (code == RD_KAFKA_RESP_ERR__FATAL ? self.fatalError(of: client) : nil)
            ?? KafkaError(code, reason: reason, while: Self.action)
        if let consumer = self.consumer {
            consumer.failed(error)
        } else {
            self.logger.log(
                level: error.isFatal ? .error : .warning,
                "Kafka client error",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// What made a client fatal: callbacks and messages only say that something did.
    func fatalError(of client: OpaquePointer) -> KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let reason = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return KafkaError(code, reason: reason, isFatal: true, while: Self.action)
    }

    private static let action = "keep the connection to Kafka in order"
}
