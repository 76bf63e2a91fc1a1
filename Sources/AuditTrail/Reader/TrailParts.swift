import Foundation
import GRDB
import LoginContracts

/// The files that a trail consists of now, as far as they were opened.
///
/// When the writer seals the live file, this one notices it before the next read, by the file's identity.
struct TrailParts: Sendable {
    private let file: TrailFile
    private(set) var live: TrailPart
    private(set) var chain: SegmentChain
    /// What is kept of the entries that were removed; `nil` when there are none.
    private(set) var removed: RemovedEntries?
    /// What ``removed`` was read from.
    private var removedStamp: FileStamp?
    /// Sealed files, the least recently used first.
    private var open: [TrailPart] = []
    private var isClosed = false

    /// At most so many sealed files stay open, each with up to ``TrailReader/maximumConnections`` connections.
    private static let maximumOpen = 8

    init(_ file: TrailFile) throws {
        self.file = file
        self.live = try TrailPart(live: file)
        self.chain = .none
        try self.loadChain()
    }

    /// Reads which files there are before the live one. A file is sealed before it is succeeded, so nothing that precedes
    /// the live one appears later; but what precedes it may be removed.
    private mutating func loadChain() throws {
        let first = self.live.indices.lowerBound
        guard first > 0 else { return }
        // In this order: a file that is gone is among the removed ones.
        let files = try SegmentFile.all(beside: self.file.path)
        let stamp = FileStamp(ofFileAt: self.file.path + RemovedStore.suffix)
        if stamp != self.removedStamp || (stamp == nil) != (self.removed == nil) {
            self.removed = try RemovedEntries(of: self.file.path, trailID: self.live.trailID)
            self.removedStamp = stamp
        }
        self.chain = SegmentChain(files, below: first, removed: self.removed?.removals.end ?? 0)
        let chain = self.chain
        self.open.removeAll { part in !chain.files.contains { $0.path == part.path } }
    }

    /// Looks anew which files there are, after one could not be opened.
    mutating func reload() throws {
        self.removedStamp = nil
        self.removed = nil
        try self.loadChain()
    }

    /// The file that has an entry, or will have it.
    ///
    /// - Throws: ``TrailPart/Moved`` when the live file changes at this moment; ``TrailError/Code/missing`` when the entry's
    ///   file is not there; ``TrailError/Code/removed`` when that is by policy.
    mutating func part(at index: Int64) throws -> TrailPart {
        try self.refresh()
        let index = max(0, index)
        if self.live.indices.contains(index) || index == .max { return self.live }
        if let place = self.open.firstIndex(where: { $0.indices.contains(index) }) {
            let part = self.open.remove(at: place)
            self.open.append(part)
            return part
        }
        if index < self.chain.firstIndex {
            throw TrailError.removed(index, self.removed?.removals ?? [], path: self.file.path)
        }
        guard let sealed = self.chain.file(of: index) else {
            throw TrailError.missing(self.chain.gaps.first { $0.contains(index) } ?? 0..<1, path: self.file.path)
        }
        let part: TrailPart
        do {
            part = try TrailPart(sealed: sealed, trailID: self.live.trailID)
        } catch {
            guard TrailFile.identity(ofFileAt: sealed.path) == nil else {
                throw TrailError(error, whenTryingTo: "read", path: sealed.path)
            }
            // It was removed just now, or moved away.
            try self.reload()
            throw TrailPart.Moved()
        }
        if self.open.count >= Self.maximumOpen { self.open.removeFirst() }
        self.open.append(part)
        return part
    }

    /// Looks whether the live file is still the one at the path.
    ///
    /// One that was moved away is read on: what is missing is for the writer to say.
    mutating func refresh() throws {
        guard !self.isClosed, let identity = self.file.identity else { return }
        guard identity != self.live.identity else {
            if self.live.indices.lowerBound > 0,
                FileStamp(ofFileAt: self.file.path + RemovedStore.suffix) != self.removedStamp
            {
                try self.loadChain()
            }
            return
        }
        let live = try TrailPart(live: self.file)
        guard live.trailID == self.live.trailID else {
            throw TrailError(
                .notATrail,
                "Another audit trail has taken the place of \(self.file.path) while it was read: open it again."
            )
        }
        self.live = live
        try self.loadChain()
    }

    mutating func close() {
        self.isClosed = true
        for part in self.open + [self.live] { try? part.pool.close() }
        self.open = []
    }
}

/// What a reader knows of a trail's removed entries.
struct RemovedEntries: Sendable {
    let store: RemovedStore
    /// All of the trail's, in their order.
    let removals: [Removal]

    /// - Returns: `nil` when there are none.
    init?(of path: String, trailID: String) throws(TrailError) {
        guard let store = try RemovedStore.load(beside: path, trailID: trailID) else { return nil }
        self.store = store
        self.removals = try store.removals()
    }
}

/// Tells a file from what it was before it was written again.
private struct FileStamp: Hashable {
    var identity: TrailFile.Identity
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64

    init?(ofFileAt path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.identity = TrailFile.Identity(status)
        self.size = Int64(status.st_size)
        self.seconds = Int64(status.st_mtim.tv_sec)
        self.nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}
