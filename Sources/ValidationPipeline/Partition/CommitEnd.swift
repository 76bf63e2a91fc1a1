package import LoginContracts

/// How a commit ended that was not answered, as far as the committed offsets tell, once nothing of it is under way.
package enum CommitEnd: Hashable, Sendable {
    case committed
    case aborted
    /// Other instances have committed for all of its partitions since then, or before. They went on from this commit if
    /// it took place, and from the one before if not; which of the two it was, their metadata does not say.
    case unknown

    /// - Parameters:
    ///   - progress: what would have been committed.
    ///   - committed: what is committed for those partitions; none where nothing is.
    package init(
        of progress: [(partition: SourcePartition, progress: CommittedProgress)],
        committed: [SourcePartition: (offset: Int64, metadata: String)]
    ) {
        var end = CommitEnd.unknown
        for (partition, progress) in progress {
            guard let found = committed[partition] else {
                // Nobody has ever committed for it.
                end = .aborted
                continue
            }
            if found.offset == progress.offset, found.metadata == progress.metadata {
                self = .committed
                return
            }
            // An earlier one of our own: nobody has come after us, and we have not come so far.
            let last = CommittedProgress(offset: found.offset, metadata: found.metadata)
            if last?.trailID == progress.trailID { end = .aborted }
        }
        self = end
    }
}
