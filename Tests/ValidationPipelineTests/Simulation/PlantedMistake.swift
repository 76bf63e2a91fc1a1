/// A service that is wrong on purpose, to see that the auditor notices.
///
/// The mistakes are made around the machine, in what the harness does with its actions.
enum PlantedMistake: String, CaseIterable {
    /// The trail confirms an append before it is durable.
    case publishBeforeRecord
    /// A transaction commits its offsets and loses its outcomes.
    case offsetsWithoutOutcomes
    /// Revocations are not told, and the broker fences nobody.
    case epochIgnored
    /// What was completed beyond the committed offset is forgotten.
    case metadataDropped
    /// Delivery marks do not reach the trail.
    case marksLost
    /// The trail is not asked whether it knows a record.
    case lookUpSkipped
}
