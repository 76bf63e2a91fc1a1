/// A service that is wrong on purpose, to see that the auditor notices.
///
/// The mistakes are made around the machine: in what the harness does with its actions, in what it tells it, or in how it
/// configures it.
enum PlantedMistake: String, CaseIterable {
    // MARK: The trail

    /// The trail confirms an append before it is durable.
    case publishBeforeRecord
    /// An append that failed is taken for done.
    case failedAppendCountsAsDone
    /// Delivery marks do not reach the trail.
    case marksLost
    /// The trail is not asked whether it knows a record.
    case lookUpSkipped

    // MARK: Kafka

    /// Offsets are committed on their own, before the transaction with the outcomes.
    case offsetsBeforeOutcomes
    /// Offsets are sent without the group's membership, so that nobody who was expelled is refused.
    case membershipNotSent
    /// A producer that another one with its transactional id has replaced is not refused.
    case oldProducerNotFenced
    /// A transaction that was aborted is taken for committed.
    case abortCountsAsCommit
    /// A commit whose end is unknown is taken for failed, and its records are published again.
    case unknownEndCountsAsFailure
    /// The committed offsets of a partition are read while a transaction with newer ones has not ended.
    case unstableOffsetsRead
    /// What was completed beyond the committed offset is forgotten.
    case metadataDropped
    /// An outcome that is published again says other things than its entry.
    case outcomeMadeAnewOnRetry

    // MARK: Consuming

    /// Records that were fetched for an earlier assignment are handed over as if for the newest.
    case epochNotChecked
    /// Records of one key go side by side.
    case keyOrderIgnored

    // MARK: The platform

    /// The platform's trouble ends events.
    case outageIsFinal
    /// Every 4xx kicks, maintenance too.
    case maintenanceKicks
    /// Every 401 is taken for an invalid token.
    case everyRefusalIsATokenInvalid
    /// The mass-kick guard never trips.
    case guardIgnored
    /// Kicks are final at once, however many come.
    case suspectsDecidedAtOnce
    /// A tripped guard is released at once.
    case guardReleasedAtOnce
    /// Calls that may carry wrong credentials are not counted, and a tripped guard probes every second.
    case credentialBudgetIgnored
    /// A host that does not answer is called as ever.
    case breakerNeverOpens
    /// A host that answers again is not called again.
    case breakerNeverCloses

    /// The kind of run in which the mistake matters.
    var theme: SimulationScenario.Theme {
        switch self {
        case .maintenanceKicks, .everyRefusalIsATokenInvalid, .guardIgnored, .suspectsDecidedAtOnce,
            .guardReleasedAtOnce, .credentialBudgetIgnored:
            .platformTrouble
        default: .everything
        }
    }
}
