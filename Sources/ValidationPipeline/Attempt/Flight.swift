import LoginContracts

/// Numbers the records that the engine holds, in the order of their arrival; never used twice.
package struct FlightID: Hashable, Sendable {
    let number: UInt64
}

/// Numbers the partitions as they are assigned, so that hot tables need not hash a topic's name. A partition that is
/// assigned again gets another number, so nothing of its earlier time is found under it.
struct PartitionSlot: Hashable {
    let number: UInt64
}

/// One record on its way from being received to being decided.
///
/// A class, because several steps touch a flight for each event, and a copy of what it holds costs more than the steps.
/// Only the state machine has references to it.
final class Flight {
    let login: IncomingLogin
    let slot: PartitionSlot
    let lane: LaneKey?
    /// The trail may hold this record's decision from before.
    let mayBeRecorded: Bool
    var state: State = .waitingInLane
    /// Attempts made, the running one included.
    var attempts = 0
    /// Attempts that failed while other calls succeeded; see ``RetryPolicy/maximumIndividualFailures``.
    var individualFailures = 0
    /// When the first attempt began or, later, when the last one failed.
    var waitingSince: Duration = .zero
    /// What the last unsuccessful attempt said, for an entry that never gets a better answer.
    var lastVerdict: Verdict?
    var lastLatency: Duration?
    /// Its app, from the first time it waits for an attempt.
    var app: AppTraffic?
    /// When it goes on, while it waits for the time: an entry of the schedule that comes earlier is an old one.
    var due: Duration = .zero
    /// The kick that is not final yet, while it is withheld; asked about again, it is a confirmation.
    var withheldKick: WithheldKick?

    init(login: IncomingLogin, slot: PartitionSlot, lane: LaneKey?, mayBeRecorded: Bool) {
        self.login = login
        self.slot = slot
        self.lane = lane
        self.mayBeRecorded = mayBeRecorded
    }

    enum State: Hashable {
        /// Another record of its key is before it.
        case waitingInLane
        /// The trail is asked whether it knows the record.
        case lookingUp
        /// Waits in its app's queue for an attempt.
        case ready
        case attempting
        case backingOff
        /// Answered with a kick that is not final yet.
        case withheld
    }

    /// What becomes final when its app turns out to be healthy.
    struct WithheldKick {
        let decision: Decision
        let reason: DecisionReason?
        let message: String?
        /// It may be our credentials that are refused.
        let isWatched: Bool
    }
}
