import LoginContracts
import Synchronization
package import ValidationPipeline

/// Why the service knows that it stands still: then nobody needs to be woken.
package enum HoldReason: String, Hashable, CaseIterable, Sendable {
    /// The platform's breaker is open, or attempts fail and none succeeds.
    case platformUnavailable
    /// A mass-kick guard is tripped.
    case guardTripped
    /// The trail refuses entries.
    case trailRefuses
    /// Kafka refuses transactions, or does not say how one ended.
    case kafkaRefuses
}

/// The reasons that hold at the moment. Any thread.
///
/// A reason is either *set*, until it is taken back, or *noted*: then it counts for a time, so that a reason whose end
/// nobody tells cannot excuse a standstill for ever.
package final class HoldReasons: Sendable {
    private let states = Mutex<[HoldReason: State]>([:])
    /// Whether a failed attempt was noted since the last success: the common case costs one load.
    private let isPlatformNoted = Atomic<Bool>(false)

    private struct State {
        /// How many set it.
        var holders = 0
        var notedAt: ContinuousClock.Instant?
    }

    package init() {}

    /// The reason holds until it is taken back; several may hold it at a time.
    package func set(_ reason: HoldReason) {
        self.states.withLock { $0[reason, default: State()].holders += 1 }
    }

    /// Takes back what ``set(_:)`` said, once.
    package func unset(_ reason: HoldReason) {
        self.states.withLock { states in
            guard let state = states[reason], state.holders > 0 else {
                preconditionFailure("A reason is taken back as often as it was set: \(reason)")
            }
            states[reason]?.holders -= 1
        }
    }

    /// The reason was seen just now.
    package func note(_ reason: HoldReason, at now: ContinuousClock.Instant = .now) {
        self.states.withLock { $0[reason, default: State()].notedAt = now }
    }

    /// What was noted is over.
    package func forget(_ reason: HoldReason) {
        self.states.withLock { $0[reason]?.notedAt = nil }
    }

    /// What is set, and what was noted at most `validity` ago.
    package func current(validity: Duration, now: ContinuousClock.Instant = .now) -> Set<HoldReason> {
        self.states.withLock { states in
            Set(
                states.filter { _, state in
                    state.holders > 0 || state.notedAt.map { now - $0 <= validity } ?? false
                }.keys
            )
        }
    }

    /// Learns from what happens in the engine.
    package func observe(_ notice: PipelineNotice) {
        switch notice {
        case .attemptFailed, .unexpectedStatus:
            self.note(.platformUnavailable)
            self.isPlatformNoted.store(true, ordering: .relaxed)
        case .decided(let record):
            // Only an answer of the platform's says that it is well.
            guard record.entry.platformLatency != nil, self.isPlatformNoted.load(ordering: .relaxed) else { return }
            self.isPlatformNoted.store(false, ordering: .relaxed)
            self.forget(.platformUnavailable)
        case .trailFailed: self.note(.trailRefuses)
        case .publicationFailed: self.note(.kafkaRefuses)
        case .cycleCompleted:
            self.forget(.trailRefuses)
            self.forget(.kafkaRefuses)
        // Breakers and guards are asked for what they are; see ``PipelineGauges/holdReasons``.
        case .willRetry, .superseded, .deliveredBefore, .hostAvailability, .appAvailability, .guardChanged: break
        }
    }
}

extension PipelineGauges {
    /// What the engine itself knows about why it holds.
    var holdReasons: Set<HoldReason> {
        var reasons: Set<HoldReason> = []
        if self.hosts.contains(where: { !$0.breaker.isClosed }) || self.apps.contains(where: { !$0.breaker.isClosed }) {
            reasons.insert(.platformUnavailable)
        }
        if self.apps.contains(where: \.massKickGuard.isTripped) { reasons.insert(.guardTripped) }
        return reasons
    }
}
