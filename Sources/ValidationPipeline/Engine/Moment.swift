package import LoginContracts

/// The time, as the shell tells it to the state machine.
package struct Moment: Hashable, Sendable {
    /// From some fixed start; never goes backwards. All waiting is by it.
    package var monotonic: Duration
    /// The wall clock, for what is written down.
    package var wall: Timestamp

    package init(monotonic: Duration, wall: Timestamp) {
        self.monotonic = monotonic
        self.wall = wall
    }
}
