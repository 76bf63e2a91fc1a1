import Foundation
import Logging
import LoginContracts

/// How a sealed segment leaves the trail: in steps, each of which a crash may follow.
///
/// What is prepared and has no entry yet is thrown away by the next try. From ``appendEntry`` on the removal is certain, and
/// the next one who opens the trail, or the next try, finishes it. The file goes behind the commit point ``keep``, so there
/// is no moment at which an entry can be neither read nor proven to have been removed.
enum RemovalStep: Int, CaseIterable {
    /// The copy in the archive is durable, and so is what is kept of the entries, in a file at which nobody looks yet.
    case prepare
    /// The trail has the entry that says so.
    case appendEntry
    /// The file has its second name.
    case mark
    /// What is kept is where it is looked for. From here on readers take the entries for removed, if the file is gone.
    case keep
    /// The file is gone.
    case unlink
    /// Its second name is gone too: a file of that name that is there later was put back by somebody, and stays.
    case unmark
}

/// The oldest segment of a trail and what is needed to remove it.
struct RemovableSegment: Sendable {
    let file: SegmentFile
    /// What the next file says of the entries before its own.
    let successor: TrailBase
    /// The trail's next index.
    let nextIndex: Int64
}

extension WriterState {
    /// The oldest segment that was not removed yet; `nil` when there is none that may be.
    ///
    /// - Throws: ``TrailError/Code/missing`` when entries before or behind it are in no file.
    mutating func oldestRemovable() throws(TrailError) -> RemovableSegment? {
        let connection = try self.usableConnection()
        if let gap = self.segments.gaps.first { throw .missing(gap, path: self.file.path) }
        let files = self.segments.files
        // Files before this were put back by somebody.
        let end = try self.segments.removed?.removals().last?.indices.upperBound ?? 0
        guard let place = files.firstIndex(where: { $0.indices.lowerBound == end }) else { return nil }
        if self.signer != nil {
            let signed = try self.newestCheckpoint(connection)?.checkpoint.size ?? 0
            guard signed >= files[place].indices.upperBound else { return nil }
        }
        let successor = try place + 1 < files.count ? self.segments.base(of: files[place + 1]) : connection.base
        return RemovableSegment(file: files[place], successor: successor, nextIndex: self.nextIndex)
    }

    /// Does a removal that was just prepared.
    ///
    /// - Parameter last: the step after which to stop, for tests.
    mutating func remove(_ removal: Removal, through last: RemovalStep) throws(TrailError) {
        guard last.rawValue >= RemovalStep.appendEntry.rawValue else { return }
        let index = try self.append(removal.entry(instanceID: self.instanceID))
        try self.finish(removal, entryIndex: index, through: last)
    }

    /// Finishes what an earlier try or process has begun and has made an entry of, and clears away what it has not.
    ///
    /// - Throws: ``TrailError/Code/locked`` while the trail is just being opened by a reader.
    mutating func finishRemovals() throws(TrailError) {
        // Whoever is no longer the trail's writer stops here. An append that failed is known to be in the trail or not.
        _ = try self.usableConnection()
        if let removal = try RemovedStore.prepared(beside: self.file.path, trailID: self.trailID),
            let index = try self.index(of: removal)
        {
            try self.finish(removal, entryIndex: index)
        }
        try RemovedStore.discardNext(beside: self.file.path)
        let leaving = try LeavingSegment.all(beside: self.file.path)
        guard !leaving.isEmpty else { return }
        defer { self.refreshSegments() }
        let removals = try self.segments.removed?.removals() ?? []
        for file in leaving {
            if let removal = removals.first(where: { $0.indices == file.segment.indices }) {
                try self.removeFile(file, of: removal)
            } else {
                try file.unmark()
            }
        }
    }

    /// The steps behind the entry.
    private mutating func finish(
        _ removal: Removal,
        entryIndex: Int64,
        through last: RemovalStep = .unmark
    ) throws(TrailError) {
        let file = LeavingSegment(SegmentFile(of: self.file.path, indices: removal.indices))
        guard last.rawValue >= RemovalStep.mark.rawValue else { return }
        try file.mark()
        guard last.rawValue >= RemovalStep.keep.rawValue else { return }
        // However far it gets: records are looked for in the files that there are.
        defer { self.refreshSegments() }
        try RemovedStore.commit(removal, entryIndex: entryIndex, beside: self.file.path, trailID: self.trailID)
        try self.removeFile(file, of: removal, through: last)
    }

    private mutating func removeFile(
        _ file: LeavingSegment,
        of removal: Removal,
        through last: RemovalStep = .unmark
    ) throws(TrailError) {
        guard last.rawValue >= RemovalStep.unlink.rawValue else { return }
        do {
            // Nobody opens it just now; whoever has it open reads on.
            guard let folder = FolderLock.exclusive(besides: self.file.path) else {
                throw TrailError(
                    .locked,
                    "The audit trail \(self.file.path) is just being opened: the segment \(file.segment.path) is removed later."
                )
            }
            try file.removeFile()
            _ = consume folder
        }
        guard last.rawValue >= RemovalStep.unmark.rawValue else { return }
        try file.unmark()
        self.logger.notice(
            "A segment of the audit trail is removed",
            metadata: [
                "first": "\(removal.indices.lowerBound)", "last": "\(removal.indices.upperBound - 1)",
                "archive": "\(removal.archive ?? "none")",
            ]
        )
    }

    /// Reads anew which files there are; if that fails, the trail is opened again before anything else.
    private mutating func refreshSegments() {
        do throws(TrailError) {
            self.segments = try self.readSegments(below: try self.usableConnection().base.firstIndex)
        } catch {
            self.isEndKnown = false
        }
    }

    /// The number of the entry that says of a removal; `nil` when the trail has none.
    private func index(of removal: Removal) throws(TrailError) -> Int64? {
        let reader = try TrailReader(path: self.file.path)
        defer { reader.close() }
        var query = TrailQuery()
        query.kinds = [.service]
        query.before = removal.entryFrom - 1
        var found: Int64?
        do {
            try reader.forEach(query, ascending: true) { entry in
                guard case .service(let index, let entry) = entry, entry.kind == .segmentRemoved else { return }
                if found == nil, entry.details == removal.details { found = index }
            }
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: self.file.path)
        }
        return found
    }
}
