/// The ends of a partition, as the last fetch response told them.
package struct KafkaWatermarks: Hashable, Sendable {
    /// The offset of the oldest record still kept; nil until it is known.
    package let low: Int64?
    /// The offset that the next record written will get; nil until the first fetch response.
    package let high: Int64?

    /// Makes a pair of watermarks, as a test does.
    package init(low: Int64?, high: Int64?) {
        self.low = low
        self.high = high
    }

    /// How many records wait at or after `offset`, the next to consume; nil while the high watermark is unknown.
    package func lag(from offset: Int64) -> Int64? {
        self.high.map { max(0, $0 - offset) }
    }
}
