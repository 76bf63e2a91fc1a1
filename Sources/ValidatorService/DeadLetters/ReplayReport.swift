package import LoginContracts

/// What a replay did, or in a dry run would do.
package struct ReplayReport: Sendable {
    package var destination: String
    package var isDryRun: Bool
    /// It was told to stop before it had seen everything.
    package var isInterrupted = false
    /// Offsets of the dead letters by their partition.
    package var replayed: [Int32: OffsetSet] = [:]
    /// Noticed as replayed before, to the same destination.
    package var skipped: [Int32: OffsetSet] = [:]
    /// Selected and not possible; the first ``maximumObstacles`` of them.
    package private(set) var obstacles: [Obstacle] = []
    package private(set) var failedCount: Int64 = 0
    /// Of the replayed, those with the disposition `stale` that keep their old timestamp.
    package var staleCount: Int64 = 0
    /// Records that say they are markers and cannot be read.
    package var unreadableMarkers = 0

    package struct Obstacle: Hashable, Sendable {
        package var place: DeadLetterPlace
        package var reason: String
    }

    package static let maximumObstacles = 1000

    package init(destination: String, isDryRun: Bool) {
        self.destination = destination
        self.isDryRun = isDryRun
    }

    package var replayedCount: Int64 { self.replayed.values.reduce(0) { $0 + $1.count } }
    package var skippedCount: Int64 { self.skipped.values.reduce(0) { $0 + $1.count } }

    mutating func fail(_ place: DeadLetterPlace, _ reason: String) {
        self.failedCount += 1
        if self.obstacles.count < Self.maximumObstacles {
            self.obstacles.append(Obstacle(place: place, reason: reason))
        }
    }
}
