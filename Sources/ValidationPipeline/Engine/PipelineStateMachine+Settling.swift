import LoginContracts

/// What became of entries without a delivery, found out from what the group has committed for their partition.
///
/// An entry can lose its delivery in two ways. A crash between the Kafka transaction and the mark leaves an outcome that
/// was published: the committed progress names our trail. A partition that goes to another instance between the trail
/// and Kafka leaves one that was not: the next owner decides for itself, or, when the partition comes back before that,
/// the record does too. Where neither can be told, the entry stays in doubt; so it does when the transaction itself ended
/// in doubt and the partition was another's before we could ask (``PublicationFailure/isInDoubt``).
extension PipelineStateMachine {
    /// At most this many unpublished entries are remembered; further ones stay in doubt.
    static let maximumUnsettled = 10_000

    /// The partition is ours (again): marks what its committed progress decides.
    mutating func settle(_ assignment: PartitionAssignment, progress: CommittedProgress?, now: Moment) {
        let partition = assignment.partition
        if self.settledPartitions.insert(partition).inserted, let progress, progress.trailID == self.trailID {
            for entry in assignment.inDoubt
            where progress.covers(index: entry.index, offset: entry.offset) {
                self.marks.append(DeliveryMark(index: entry.index, fate: .committed, at: now.wall))
            }
        }
        // In another program's commit, everything before the committed offset is complete.
        let isComplete = { (offset: Int64) in
            progress?.isComplete(offset) ?? assignment.committedOffset.map { offset < $0 } ?? false
        }
        // What is being published just now is for the transaction's end to say.
        let published = Set(
            self.cycle.items.lazy.map(\.login.record).filter { $0.partition == partition }.map(\.offset)
        )
        let superseded = (self.unsettled[partition] ?? [:]).filter {
            isComplete($0.key) && !published.contains($0.key)
        }
        guard !superseded.isEmpty else { return }
        for (offset, index) in superseded.sorted(by: { $0.value < $1.value }) {
            self.unsettled[partition]?.removeValue(forKey: offset)
            self.marks.append(DeliveryMark(index: index, fate: .superseded, at: now.wall))
        }
        self.actions.append(.notice(.superseded(entries: superseded.count)))
    }

    /// A recorded entry will not be published in this assignment of its partition.
    mutating func rememberUnsettled(_ record: SourceRecord, index: Int64) {
        guard self.unsettled.values.lazy.map(\.count).reduce(0, +) < Self.maximumUnsettled else { return }
        self.unsettled[record.partition, default: [:]][record.offset] = index
    }

    /// The record came back, and its entry's outcome is published, or may be.
    mutating func forgetUnsettled(_ record: SourceRecord) {
        guard !self.unsettled.isEmpty else { return }
        self.unsettled[record.partition]?.removeValue(forKey: record.offset)
        if self.unsettled[record.partition]?.isEmpty == true { self.unsettled.removeValue(forKey: record.partition) }
    }
}
