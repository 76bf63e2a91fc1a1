/// One header of a record.
///
/// A record may carry several headers with the same name; their order is kept.
package struct KafkaHeader: Hashable, Sendable {
    /// The header's name, UTF-8 (bytes that are not are replaced by U+FFFD).
    package let name: String
    /// The header's value; nil is Kafka's null, which is not the same as empty.
    package let value: [UInt8]?

    /// Names a header and gives it a value.
    package init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}
