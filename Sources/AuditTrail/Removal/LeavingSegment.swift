import Foundation

/// A sealed file that is about to go has a second name, by which it is known after a crash from one of the same name that
/// somebody has put back.
///
/// The name is made before the commit point of the removal and goes after the file. Both lie in one folder, whose file
/// system has hard links, as ``SegmentSwap`` needs them.
struct LeavingSegment {
    let segment: SegmentFile
    private let path: String

    static let suffix = ".leaving"

    init(_ segment: SegmentFile) {
        self.segment = segment
        self.path = segment.path + Self.suffix
    }

    /// Every one beside a trail.
    static func all(beside databasePath: String) throws(TrailError) -> [LeavingSegment] {
        try SegmentFile.all(beside: databasePath, suffix: Self.suffix).map { LeavingSegment($0) }
    }

    /// Makes the second name: durable on return. A file that is not there needs none.
    func mark() throws(TrailError) {
        guard let identity = TrailFile.identity(ofFileAt: self.segment.path),
            identity != TrailFile.identity(ofFileAt: self.path)
        else { return }
        try TrailFile.remove(self.path)
        guard link(self.segment.path, self.path) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "mark the segment that is to go", path: self.segment.path)
        }
        try TrailFile.synchronizeFolder(of: self.path)
    }

    /// Removes the file, and not one that was put back: durable on return.
    func removeFile() throws(TrailError) {
        guard let identity = TrailFile.identity(ofFileAt: self.path),
            identity == TrailFile.identity(ofFileAt: self.segment.path)
        else { return }
        try TrailFile.remove(self.segment.path)
        try TrailFile.synchronizeFolder(of: self.segment.path)
    }

    /// Removes the second name: durable on return.
    func unmark() throws(TrailError) {
        try TrailFile.remove(self.path)
        try TrailFile.synchronizeFolder(of: self.path)
    }
}
