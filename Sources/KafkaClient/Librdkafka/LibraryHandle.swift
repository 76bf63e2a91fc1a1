import CRDKafka
import Synchronization

/// A client of librdkafka (`rd_kafka_t`), destroyed with its last reference.
///
/// Whoever calls librdkafka holds a reference for the time of the call, so no thread can destroy the client under
/// another one. Sound as `@unchecked Sendable`: the pointer never changes and librdkafka's functions on it are
/// thread-safe (INTRODUCTION.md, "Threads and callbacks").
final class LibraryHandle: @unchecked Sendable {
    let raw: OpaquePointer
    /// Kept until after `rd_kafka_destroy`: librdkafka's threads log through it up to their end.
    private let context: LibraryContext
    private let isAbandoned = Atomic<Bool>(false)

    /// Makes a client. Properties are set in their order, so that a later one wins.
    ///
    /// - Parameters:
    ///   - kind: consumer or producer.
    ///   - properties: name and value.
    ///   - configuration: whose secret values are kept out of the error, whatever librdkafka says.
    ///   - context: what the callbacks reach; kept as long as the client.
    /// - Throws: ``KafkaError/Code/configuration`` for a property, or for properties that do not fit together.
    init(
        _ kind: rd_kafka_type_t,
        properties: [(name: String, value: String)],
        configuration: KafkaConfiguration,
        context: LibraryContext
    ) throws(KafkaError) {
        let conf: OpaquePointer = rd_kafka_conf_new()
        do throws(KafkaError) {
            for (name, value) in properties { try KafkaConfiguration.set(name, value, in: conf) }
        } catch {
            rd_kafka_conf_destroy(conf)
            throw error
        }
        context.install(in: conf, kind)
        var reason = [CChar](repeating: 0, count: Self.maximumReasonLength)
        guard let raw = rd_kafka_new(kind, conf, &reason, reason.count) else {
            // librdkafka takes the configuration over only when it succeeds.
            rd_kafka_conf_destroy(conf)
            let reason = configuration.redacted(reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
            throw KafkaError(
                code: .configuration,
                librdkafkaCode: rd_kafka_last_error().rawValue,
                message: "Could not make a Kafka client: \(reason). \(KafkaError.Code.configuration.advice)"
            )
        }
        self.raw = raw
        self.context = context
    }

    /// Gives the client up without ever destroying it, because destroying it would not end.
    ///
    /// Its memory and threads stay until the process ends; so does what its callbacks reach.
    func abandon() {
        guard !self.isAbandoned.exchange(true, ordering: .acquiringAndReleasing) else { return }
        _ = Unmanaged.passRetained(self.context)
    }

    deinit {
        guard !self.isAbandoned.load(ordering: .acquiring) else { return }
        // A consumer has left its group before, or could not within its deadline: never wait for that here.
        rd_kafka_destroy_flags(self.raw, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        withExtendedLifetime(self.context) {}
    }

    /// Bytes of librdkafka's message about a client that cannot be made.
    private static let maximumReasonLength = 512
}

extension KafkaConfiguration {
    /// A text of librdkafka's with every secret value of this configuration replaced.
    fileprivate func redacted(_ text: String) -> String {
        var text = text
        for (name, value) in self.properties where !value.isEmpty && Self.isSecret(name, value) {
            text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "[redacted]")
        }
        return text
    }
}
