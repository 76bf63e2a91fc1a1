/// When sealed segments are removed from the old end of a trail.
package struct RetentionPolicy: Hashable, Sendable {
    /// A segment is removed when its last entry was recorded so long ago.
    package var maximumAge: Duration
    /// The folder to which a segment is copied before; `nil` removes it without a copy.
    package var archive: String?

    /// The ages that make sense: Kafka delivers a record again within days, and people ask for longer.
    package static let ages: ClosedRange<Duration> = .seconds(86_400)...(.seconds(3660 * 86_400))

    package init(maximumAge: Duration, archive: String? = nil) {
        self.maximumAge = maximumAge
        self.archive = archive
    }

    /// Why it removes what it removes, as a clause.
    var reason: String {
        let seconds = self.maximumAge.components.seconds
        let age =
            switch seconds {
            case 86_400: "1 day"
            case _ where seconds.isMultiple(of: 86_400): "\(seconds / 86_400) days"
            case _ where seconds.isMultiple(of: 3600): "\(seconds / 3600) hours"
            default: "\(seconds) seconds"
            }
        return "the last of them was recorded more than \(age) ago"
    }
}
