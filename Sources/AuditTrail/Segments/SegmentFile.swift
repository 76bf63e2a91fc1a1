import Foundation

/// A sealed file: a run of a trail's entries that nobody adds to any more.
///
/// Its name tells which entries it has: `audit.db.000000000000000-000000000000999.segment`. What it holds has to agree.
struct SegmentFile: Hashable, Sendable {
    let path: String
    let indices: Range<Int64>

    private static let suffix = ".segment"
    /// So many digits that names are in the order of their entries for as long as anybody will look.
    private static let digits = 15

    init(of databasePath: String, indices: Range<Int64>) {
        precondition(!indices.isEmpty, "A sealed file has entries.")
        let (first, last) = (Self.number(indices.lowerBound), Self.number(indices.upperBound - 1))
        self.path = "\(databasePath).\(first)-\(last)\(Self.suffix)"
        self.indices = indices
    }

    /// `nil` unless the file's name is one that ``init(of:indices:)`` gives.
    private init?(path: String, of databasePath: String) {
        guard path.hasPrefix(databasePath + "."), path.hasSuffix(Self.suffix) else { return nil }
        let numbers = path.dropFirst(databasePath.count + 1).dropLast(Self.suffix.count)
            .split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let first = Int64(numbers[0]), let last = Int64(numbers[1]), 0 <= first,
            first <= last, last < .max
        else { return nil }
        self.init(of: databasePath, indices: first..<(last + 1))
        guard self.path == path else { return nil }
    }

    /// Every sealed file beside a database, in the order of their first entries.
    ///
    /// - Parameters:
    ///   - databasePath: Absolute, as ``TrailFile`` has it.
    ///   - suffix: what follows a sealed file's name in the name of a file that stands for it.
    static func all(beside databasePath: String, suffix: String = "") throws(TrailError) -> [SegmentFile] {
        let folder = (databasePath as NSString).deletingLastPathComponent
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw TrailError(
                .cannotOpen,
                "The folder \(folder) of the audit trail cannot be listed, where its earlier segments are: check its permissions."
            )
        }
        let prefix = folder == "/" ? "/" : folder + "/"
        return names.filter { $0.hasSuffix(suffix) }
            .compactMap { SegmentFile(path: prefix + $0.dropLast(suffix.count), of: databasePath) }
            .sorted { ($0.indices.lowerBound, $0.indices.upperBound) < ($1.indices.lowerBound, $1.indices.upperBound) }
    }

    /// The name by which SQLite opens the file without looking for a WAL and without locking it: for files that never
    /// change, which may lie in folders where nothing can be made (<https://www.sqlite.org/uri.html>).
    var immutableURI: String {
        var uri = "file:"
        for byte in self.path.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2F, 0x2E, 0x2D, 0x5F].contains(byte)
            uri += isPlain ? String(Unicode.Scalar(byte)) : String(format: "%%%02X", byte)
        }
        return uri + "?immutable=1"
    }

    private static func number(_ index: Int64) -> String {
        let text = String(index)
        return String(repeating: "0", count: max(0, Self.digits - text.utf8.count)) + text
    }
}

/// The sealed files that make up a trail before some entry.
struct SegmentChain: Hashable, Sendable {
    /// In ascending order, without an overlap.
    private(set) var files: [SegmentFile] = []
    /// Entries of which there is no file, in ascending order.
    private(set) var gaps: [Range<Int64>] = []
    /// The first entry that was not removed, or whose file was put back with all files behind it.
    private(set) var firstIndex: Int64 = 0

    /// A trail whose only file is the live one.
    static let none = SegmentChain()

    private init() {}

    /// Follows the files down from the first entry of the live one. Others that lie about are no part of the trail.
    ///
    /// - Parameter removed: so many entries were removed from the old end; they may be in no file.
    init(_ files: [SegmentFile], below first: Int64, removed: Int64 = 0) {
        let byEnd = Dictionary(grouping: files, by: \.indices.upperBound)
        let ends = byEnd.keys.sorted()
        var end = first
        while end > 0 {
            if let file = byEnd[end]?.first {
                self.files.append(file)
                end = file.indices.lowerBound
            } else {
                let lower = ends.last { $0 < end } ?? 0
                self.gaps.append(lower..<end)
                end = lower
            }
        }
        self.files.reverse()
        self.gaps.reverse()
        self.firstIndex = self.gaps.last { $0.lowerBound < removed }.map { min($0.upperBound, removed) } ?? 0
        let firstIndex = self.firstIndex
        self.files.removeAll { $0.indices.lowerBound < firstIndex }
        self.gaps = self.gaps.map { $0.clamped(to: firstIndex..<max(first, firstIndex)) }.filter { !$0.isEmpty }
    }

    /// The file that has an entry.
    func file(of index: Int64) -> SegmentFile? {
        self.files.first { $0.indices.contains(index) }
    }
}

extension TrailError {
    /// - Parameter gap: entries that no file has.
    static func missing(_ gap: Range<Int64>, path: String) -> TrailError {
        TrailError(
            .missing,
            "The entries \(gap.lowerBound) to \(gap.upperBound - 1) of the audit trail \(path) are in no file beside it: put the segments back that were moved away."
        )
    }
}
