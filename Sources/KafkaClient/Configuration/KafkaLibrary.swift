import CRDKafka

/// The librdkafka that this process runs with, which may be newer than the one it was compiled with.
package enum KafkaLibrary {
    /// The version as text, such as `2.0.2`.
    package static var version: String { String(cString: rd_kafka_version_str()) }

    /// The version as a number: `0xMMmmrrpp` (major, minor, revision, pre-release; a release has `ff`).
    package static var versionNumber: Int32 { rd_kafka_version() }
}
