import LoginContracts

/// The sealed files of the trail that is being written: records that Kafka delivers once more are found in them too.
///
/// Files are opened when one is needed, and at most ``maximumOpen`` stay open. Which offsets a file has of which source is
/// remembered, so that a look-up opens none that cannot help.
struct SealedSegments {
    private let path: String
    private let chain: SegmentChain
    /// What is kept of the entries that were removed.
    let removed: RemovedStore?
    /// The least recently used first.
    private var open: [(file: SegmentFile, connection: WritingConnection)] = []
    private var extents: [SegmentFile: [WriterState.Source: RecordExtent]] = [:]

    static let maximumOpen = 4

    init(path: String, chain: SegmentChain, removed: RemovedStore? = nil) {
        self.path = path
        self.chain = chain
        self.removed = removed
    }

    var files: [SegmentFile] { self.chain.files }
    var gaps: [Range<Int64>] { self.chain.gaps }

    /// What a file says of the entries before its own.
    mutating func base(of file: SegmentFile) throws(TrailError) -> TrailBase {
        try self.connection(to: file).base
    }

    /// The root over the first `size` entries, which end before the live file begins.
    mutating func root(size: Int64) throws(TrailError) -> MerkleHash {
        guard size > 0 else { return .ofEmptyTree }
        if let removed, size <= self.chain.firstIndex { return try removed.frontier(size: size).root }
        return try self.connection(at: size - 1).tree.root(size: size)
    }

    /// Whether exactly this mark of delivery is in a sealed file.
    mutating func has(_ delivery: EntryDelivery) throws(TrailError) -> Bool {
        // One that was removed had its delivery, and the mark that is repeated was that one.
        if delivery.indices.lowerBound < self.chain.firstIndex { return true }
        let connection = try self.connection(at: delivery.indices.lowerBound)
        return try connection.hasMark(delivery)
    }

    /// Looks for records, newest file first.
    ///
    /// - Parameters:
    ///   - identities: those that the live file does not have, and the highest offset of each one's source before it.
    ///   - found: where they go; those whose entries were removed, into the set of them.
    /// - Throws: ``TrailError/Code/missing`` when one may be in a file that is not there: to decide it again would be wrong.
    mutating func find(
        _ identities: [(identity: RecordIdentity, before: Int64)],
        _ found: inout RecordedEntries
    ) throws(TrailError) {
        var wanted = identities.filter { $0.identity.offset <= $0.before }
        for place in Self.places(of: self.chain) where !wanted.isEmpty {
            switch place {
            case .gap(let gap): throw .missing(gap, path: self.path)
            case .file(let file):
                let extents = try self.extents(of: file)
                for (identity, _) in wanted {
                    let source = WriterState.Source(clusterID: identity.clusterID, partition: identity.partition)
                    guard let extent = extents[source], extent.offsets?.contains(identity.offset) == true else {
                        continue
                    }
                    found.entries[identity] = try self.connection(to: file)
                        .recorded(identity, sourceID: extent.sourceID)
                }
                wanted = wanted.compactMap { identity, _ in
                    let source = WriterState.Source(clusterID: identity.clusterID, partition: identity.partition)
                    guard found.entries[identity] == nil, let before = extents[source]?.before,
                        identity.offset <= before
                    else {
                        return nil
                    }
                    return (identity, before)
                }
            }
        }
        guard let removed else { return }
        for (identity, _) in wanted where try removed.hasDecided(identity) { found.removed.insert(identity) }
    }

    private enum Place {
        case file(SegmentFile)
        case gap(Range<Int64>)
    }

    /// Files and gaps from the newest to the oldest.
    private static func places(of chain: SegmentChain) -> [Place] {
        let places: [(first: Int64, place: Place)] =
            chain.files.map { ($0.indices.lowerBound, .file($0)) } + chain.gaps.map { ($0.lowerBound, .gap($0)) }
        return places.sorted { $0.first > $1.first }.map(\.place)
    }

    private mutating func connection(at index: Int64) throws(TrailError) -> WritingConnection {
        guard let file = self.chain.file(of: index) else {
            throw .missing(self.gaps.first { $0.contains(index) } ?? index..<(index + 1), path: self.path)
        }
        return try self.connection(to: file)
    }

    private mutating func connection(to file: SegmentFile) throws(TrailError) -> WritingConnection {
        if let place = self.open.firstIndex(where: { $0.file == file }) {
            let entry = self.open.remove(at: place)
            self.open.append(entry)
            return entry.connection
        }
        let connection = try WritingConnection(sealed: file)
        let (first, next) = (try connection.base.firstIndex, try connection.integer(TrailSchema.nextIndex) ?? 0)
        guard first == file.indices.lowerBound, next == file.indices.upperBound else {
            throw .misnamed(file, first: first, next: next)
        }
        if self.open.count >= Self.maximumOpen { self.open.removeFirst() }
        self.open.append((file, connection))
        return connection
    }

    private mutating func extents(of file: SegmentFile) throws(TrailError) -> [WriterState.Source: RecordExtent] {
        if let extents = self.extents[file] { return extents }
        let rows = try self.connection(to: file).rows(RecordExtent.selection, whenTryingTo: "read") {
            RecordExtent.ofSource($0)
        }
        let extents = Dictionary(rows, uniquingKeysWith: { first, _ in first })
        self.extents[file] = extents
        return extents
    }
}

extension TrailError {
    /// A sealed file that does not hold what its name says.
    static func misnamed(_ file: SegmentFile, first: Int64, next: Int64) -> TrailError {
        TrailError(
            .corrupt,
            "The segment \(file.path) has the entries \(first) to \(next - 1), which its name does not say: it was changed, or another file has taken its place. Restore a copy."
        )
    }
}
