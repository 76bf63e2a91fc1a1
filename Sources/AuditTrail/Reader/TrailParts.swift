import GRDB
import LoginContracts

/// The files that a trail consists of now, as far as they were opened.
///
/// When the writer seals the live file, this one notices it before the next read, by the file's identity.
struct TrailParts: Sendable {
    private let file: TrailFile
    private(set) var live: TrailPart
    private(set) var chain: SegmentChain
    /// Sealed files, the least recently used first.
    private var open: [TrailPart] = []
    private var isClosed = false

    /// At most so many sealed files stay open, each with up to ``TrailReader/maximumConnections`` connections.
    private static let maximumOpen = 8

    init(_ file: TrailFile) throws {
        self.file = file
        (self.live, self.chain) = try Self.load(file)
    }

    private static func load(_ file: TrailFile) throws -> (TrailPart, SegmentChain) {
        let live = try TrailPart(live: file)
        let first = live.indices.lowerBound
        guard first > 0 else { return (live, .none) }
        // A file is sealed before it is succeeded, so nothing that precedes the live one appears later.
        return (live, SegmentChain(try SegmentFile.all(beside: file.path), below: first))
    }

    /// The file that has an entry, or will have it.
    ///
    /// - Throws: ``TrailPart/Moved`` when the live file changes at this moment; ``TrailError/Code/missing`` when the entry's
    ///   file is not there.
    mutating func part(at index: Int64) throws -> TrailPart {
        try self.refresh()
        let index = max(0, index)
        if self.live.indices.contains(index) || index == .max { return self.live }
        if let place = self.open.firstIndex(where: { $0.indices.contains(index) }) {
            let part = self.open.remove(at: place)
            self.open.append(part)
            return part
        }
        guard let sealed = self.chain.file(of: index) else {
            throw TrailError.missing(self.chain.gaps.first { $0.contains(index) } ?? 0..<1, path: self.file.path)
        }
        let part: TrailPart
        do {
            part = try TrailPart(sealed: sealed, trailID: self.live.trailID)
        } catch {
            throw TrailError(error, whenTryingTo: "read", path: sealed.path)
        }
        if self.open.count >= Self.maximumOpen { self.open.removeFirst() }
        self.open.append(part)
        return part
    }

    /// Looks whether the live file is still the one at the path.
    ///
    /// One that was moved away is read on: what is missing is for the writer to say.
    mutating func refresh() throws {
        guard !self.isClosed, let identity = self.file.identity, identity != self.live.identity else { return }
        let (live, chain) = try Self.load(self.file)
        guard live.trailID == self.live.trailID else {
            throw TrailError(
                .notATrail,
                "Another audit trail has taken the place of \(self.file.path) while it was read: open it again."
            )
        }
        self.open.removeAll { part in !chain.files.contains { $0.path == part.path } }
        (self.live, self.chain) = (live, chain)
    }

    mutating func close() {
        self.isClosed = true
        for part in self.open + [self.live] { try? part.pool.close() }
        self.open = []
    }
}
