import KafkaClient
import ValidationPipeline

extension ServiceError {
    /// Why a trail must not be written that has lost its end, `nil` when there is no sign of that.
    ///
    /// What is committed to Kafka names the trail and how many entries it had. A trail with fewer is an older copy, or its
    /// WAL was damaged while no service ran, which SQLite cannot tell from a commit that never took place. Going on would
    /// give the numbers of published outcomes to other decisions.
    static func lostEntries(
        of trailID: String,
        at path: String,
        nextIndex: Int64,
        assigned: [KafkaCommittedOffset]
    ) -> ServiceError? {
        let known = assigned.compactMap { committed -> (index: Int64, partition: KafkaTopicPartition)? in
            guard let offset = committed.offset,
                let progress = CommittedProgress(offset: offset, metadata: committed.metadata),
                progress.trailID == trailID
            else { return nil }
            return (progress.nextIndex, committed.topicPartition)
        }
        guard let last = known.max(by: { $0.index < $1.index }), last.index > nextIndex else { return nil }
        return ServiceError(
            "The audit trail \(path) has lost entries: it ends before number \(nextIndex), and what was committed for "
                + "partition \(last.partition.partition) of \(last.partition.topic) shows that it had number \(last.index - 1). "
                + "Keep the file for examination, and restore the copy that has them, or begin another trail by giving "
                + "AUDIT_DATABASE another path."
        )
    }
}
