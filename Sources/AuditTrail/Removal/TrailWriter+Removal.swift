import GRDB
package import LoginContracts
import Synchronization

extension TrailWriter {
    /// Removes the oldest sealed segment, if the policy wants it removed: what later proofs need of it is kept, and an
    /// entry of the trail says so. Also finishes what an earlier call or process has begun.
    ///
    /// Copies and reads the segment without holding up appends or readers. It takes seconds for a million entries, a
    /// millisecond for each of their checkpoints, and as long as the archive takes. Calls from several threads are served one
    /// after the other.
    ///
    /// - Parameter time: now, which ages are counted up to.
    /// - Returns: whether a segment was removed; there may be another.
    /// - Throws: ``TrailError``; the segment stays, or is removed by the next call. ``TrailError/Code/locked`` while a reader
    ///   opens the trail; ``TrailError/Code/missing`` when segments are missing; ``TrailError/Code/corrupt`` when the segment
    ///   does not fit to its neighbours.
    @discardableResult
    package func removeOldestSegment(_ policy: RetentionPolicy, at time: Timestamp) throws(TrailError) -> Bool {
        try self.removeOldestSegment(policy, at: time, through: .unmark)
    }

    /// - Parameter last: the step after which to stop, for tests.
    func removeOldestSegment(
        _ policy: RetentionPolicy,
        at time: Timestamp,
        through last: RemovalStep
    ) throws(TrailError) -> Bool {
        try self.removals.withLock { _ throws(TrailError) in
            try self.state.withLock { state throws(TrailError) in try state.finishRemovals() }
            let oldest = try self.state.withLock { state throws(TrailError) in try state.oldestRemovable() }
            guard let oldest else { return false }
            guard let removal = try self.prepare(oldest, policy, at: time) else { return false }
            try self.state.withLock { state throws(TrailError) in try state.remove(removal, through: last) }
            return true
        }
    }

    /// - Returns: `nil` when the policy keeps the segment.
    private func prepare(
        _ oldest: RemovableSegment,
        _ policy: RetentionPolicy,
        at time: Timestamp
    ) throws(TrailError) -> Removal? {
        let (path, trailID) = (self.path, self.trailID)
        let part: TrailPart
        let latest: Timestamp
        do {
            part = try TrailPart(sealed: oldest.file, trailID: trailID)
            latest = try part.pool.read { try TrailPart.times($0).latest }
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: oldest.file.path)
        }
        defer { try? part.pool.close() }
        guard latest.millisecondsSince1970 <= time.millisecondsSince1970 - policy.maximumAge.milliseconds else {
            return nil
        }
        var archive: String?
        if let folder = policy.archive { archive = try SegmentArchive(folder: folder).keep(oldest.file) }
        return try RemovedStore.prepare(beside: path, trailID: trailID) { store throws(TrailError) in
            try store.keep(
                part,
                before: oldest.successor,
                policy: policy,
                archive: archive,
                entryFrom: oldest.nextIndex,
                at: time
            )
        }
    }
}
