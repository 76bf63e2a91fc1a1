import Foundation
import Logging
import LoginContracts

/// How a sealed segment leaves the trail: in steps, each of which a crash may follow.
///
/// The commit point is ``keep``. Before it the segment stays as it is; after it the next one who opens the trail, or the
/// next try, finishes what is left. The file goes last, so there is no moment at which an entry can be neither read nor
/// proven to have been removed.
enum RemovalStep: Int, CaseIterable {
    /// The copy in the archive is durable.
    case archive
    /// What is kept of the entries is durable.
    case keep
    /// The trail has the entry that says so.
    case appendEntry
    /// What is kept knows that entry's number. From here on readers take the entries for removed, if the file is gone.
    case noteEntry
    /// The file is gone.
    case unlink
    /// What is kept knows that: a file of that name that is there later was put back by somebody, and stays.
    case noteGone
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

    /// Finishes every removal that is kept and not over.
    ///
    /// - Parameter last: the step after which to stop, for tests.
    /// - Throws: ``TrailError/Code/locked`` while the trail is just being opened by a reader.
    mutating func finishRemovals(through last: RemovalStep = .noteGone) throws(TrailError) {
        guard let store = try RemovedStore.load(beside: self.file.path, trailID: self.trailID, .writing) else { return }
        defer { store.close() }
        let unfinished = try store.removals().filter { !$0.isFileGone }
        guard !unfinished.isEmpty else { return }
        // Whoever is no longer the trail's writer stops here.
        _ = try self.usableConnection()
        for removal in unfinished {
            for step in RemovalStep.allCases where step.rawValue <= last.rawValue {
                switch step {
                case .archive, .keep:
                    break
                case .appendEntry where removal.entryIndex == nil:
                    let entry = removal.entry(instanceID: self.instanceID)
                    if try self.index(of: removal) == nil { _ = try self.append(entry) }
                case .noteEntry where removal.entryIndex == nil:
                    guard let index = try self.index(of: removal) else { continue }
                    try store.note(entryIndex: index, of: removal)
                case .appendEntry, .noteEntry:
                    break
                case .unlink:
                    try self.removeFile(of: removal)
                case .noteGone:
                    try store.noteGone(removal)
                    self.logger.notice(
                        "A segment of the audit trail is removed",
                        metadata: [
                            "first": "\(removal.indices.lowerBound)", "last": "\(removal.indices.upperBound - 1)",
                            "archive": "\(removal.archive ?? "none")",
                        ]
                    )
                }
            }
        }
        self.segments = try self.readSegments(below: try self.usableConnection().base.firstIndex)
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

    private func removeFile(of removal: Removal) throws(TrailError) {
        let file = SegmentFile(of: self.file.path, indices: removal.indices)
        // Nobody opens it just now; whoever has it open reads on.
        guard let folder = FolderLock.exclusive(besides: self.file.path) else {
            throw TrailError(
                .locked,
                "The audit trail \(self.file.path) is just being opened: the segment \(file.path) is removed later."
            )
        }
        guard unlink(file.path) == 0 || errno == ENOENT else {
            throw TrailFile.error(errno, whenTryingTo: "remove the segment", path: file.path)
        }
        try TrailFile.synchronizeFolder(of: file.path)
        _ = consume folder
    }
}
