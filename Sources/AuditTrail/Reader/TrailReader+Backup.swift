import Foundation
import GRDB

extension TrailReader {
    /// Copies the trail as of one moment into new files, also while the service writes.
    ///
    /// The copy is durable on return, and readable as it is. Sealed segments are copied first, under the copy's name; so a
    /// copy that was broken off has no live file, and nobody takes it for a trail.
    ///
    /// - Parameters:
    ///   - path: of the live file's copy; must not exist, nor may segments or what is kept of removed ones beside it. Its
    ///     folder must.
    ///   - progress: is told how many pages of the live file are done and how many there are.
    /// - Throws: ``TrailError/Code/cannotOpen`` when there is such a file; ``TrailError/Code/missing`` when a segment is not
    ///   there; ``TrailError/Code/full`` and others.
    package func backUp(to path: String, progress: (_ done: Int, _ all: Int) -> Void) throws(TrailError) {
        let file = try TrailFile(path: path)
        let segments = try SegmentFile.all(beside: file.path)
        let removed = TrailFile.identity(ofFileAt: file.path + RemovedStore.suffix)
        guard file.identity == nil, segments.isEmpty, removed == nil else {
            throw TrailError(.cannotOpen, "There is a file at \(path) already: choose another path for the copy.")
        }
        let (chain, live) = try self.chain()
        if let gap = chain.gaps.first { throw .missing(gap, path: self.path) }
        if let removed = try RemovedStore.load(beside: self.path, trailID: self.trailID) {
            try removed.backUp(beside: file.path)
            // The entries that it speaks of are in this live file then, and what they removed is in no other.
            let now = try self.chain()
            guard now.chain == chain, now.live.indices == live.indices else {
                throw TrailError(
                    .locked,
                    "The files of the audit trail \(self.path) were changing: remove \(file.path + RemovedStore.suffix), and try again."
                )
            }
        }
        for sealed in chain.files { try Self.copy(sealed, to: SegmentFile(of: file.path, indices: sealed.indices)) }
        try file.createIfMissing()
        do {
            let destination = try DatabaseQueue(path: file.path)
            try Self.copy(live, to: destination, progress: progress)
            try destination.close()
        } catch {
            throw TrailError(error, whenTryingTo: "copy the trail to", path: path)
        }
        try TrailFile.synchronizeFolder(of: file.path)
    }

    /// The file's own connection serves: a new one would be to the next file, if this one was sealed meanwhile.
    private static func copy(
        _ live: TrailPart,
        to destination: DatabaseQueue,
        progress: (_ done: Int, _ all: Int) -> Void
    ) throws {
        try withoutActuallyEscaping(progress) { progress in
            try live.pool.writeWithoutTransaction { source in
                // One snapshot from here on, whatever the service writes meanwhile.
                try source.execute(sql: "BEGIN")
                defer { try? source.execute(sql: "COMMIT") }
                _ = try TrailReader.count(source)
                try destination.writeWithoutTransaction { target in
                    try source.backup(to: target, pagesPerStep: 1000) {
                        progress($0.completedPageCount, $0.totalPageCount)
                    }
                }
            }
        }
    }

    /// Copies a sealed file, which nobody changes.
    private static func copy(_ sealed: SegmentFile, to copy: SegmentFile) throws(TrailError) {
        do {
            try FileManager.default.copyItem(atPath: sealed.path, toPath: copy.path)
        } catch {
            throw TrailError(.other, "The segment \(sealed.path) cannot be copied to \(copy.path): \(error)")
        }
        try TrailFile.synchronizeUnopened(copy.path)
    }
}
