import Foundation

/// A folder that keeps copies of segments before they are removed.
struct SegmentArchive {
    let folder: String

    /// Copies a segment under its own name: durable on return, and compared byte by byte.
    ///
    /// - Returns: the copy's path. An equal one that is there already serves.
    /// - Throws: ``TrailError/Code/refused`` when there is another file of that name: nothing is ever overwritten.
    func keep(_ file: SegmentFile) throws(TrailError) -> String {
        let copy = self.folder + "/" + (file.path as NSString).lastPathComponent
        if TrailFile.identity(ofFileAt: copy) != nil {
            // The copy would go with the segment.
            guard try TrailFile(path: copy).path != file.path else {
                throw TrailError(
                    .refused,
                    "The archive \(self.folder) is the folder of the segment \(file.path), which is not removed: choose another folder."
                )
            }
            guard FileManager.default.contentsEqual(atPath: file.path, andPath: copy) else {
                throw TrailError(
                    .refused,
                    "The archive has another file at \(copy) than the segment \(file.path), which is not removed: move that file away."
                )
            }
            return copy
        }
        let draft = copy + ".partial"
        unlink(draft)
        do {
            try FileManager.default.copyItem(atPath: file.path, toPath: draft)
        } catch {
            // Space may be what is wanted.
            unlink(draft)
            throw TrailError(
                .unwritable,
                "The segment \(file.path) cannot be archived at \(copy), and is not removed: \(error). Check the folder and its space."
            )
        }
        try TrailFile.synchronizeUnopened(draft)
        guard FileManager.default.contentsEqual(atPath: file.path, andPath: draft) else {
            throw TrailError(
                .io,
                "The copy \(draft) is not the segment \(file.path), which is not removed: check the archive's disk."
            )
        }
        guard rename(draft, copy) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "name the archived segment", path: copy)
        }
        try TrailFile.synchronizeFolder(of: copy)
        return copy
    }
}
