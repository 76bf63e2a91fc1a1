/// When the live file of a trail is sealed and another one goes on.
package struct SegmentPolicy: Hashable, Sendable {
    /// Bytes of the database; `nil` for no limit.
    package var maximumSize: Int64?
    /// Since the file's first entry; `nil` for no limit.
    package var maximumAge: Duration?

    /// The least sizes and ages that make sense: a segment costs a few milliseconds, and every question looks at each.
    package static let sizes: ClosedRange<Int64> = 1_000_000...1_000_000_000_000
    package static let ages: ClosedRange<Duration> = .seconds(60)...(.seconds(3660 * 86_400))

    package init(maximumSize: Int64? = nil, maximumAge: Duration? = nil) {
        self.maximumSize = maximumSize
        self.maximumAge = maximumAge
    }
}
