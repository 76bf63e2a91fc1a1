import GRDB

extension TrailReader {
    /// Copies the trail as of one moment into a new file, also while the service writes.
    ///
    /// The copy is durable on return, and readable as it is.
    ///
    /// - Parameters:
    ///   - path: must not exist; its folder must.
    ///   - progress: is told how many pages are done and how many there are.
    /// - Throws: ``TrailError/Code/cannotOpen`` when there is such a file; ``TrailError/Code/full`` and others.
    package func backUp(to path: String, progress: (_ done: Int, _ all: Int) -> Void) throws(TrailError) {
        let file = try TrailFile(path: path)
        guard file.identity == nil else {
            throw TrailError(.cannotOpen, "There is a file at \(path) already: choose another path for the copy.")
        }
        try file.createIfMissing()
        do {
            let destination = try DatabaseQueue(path: file.path)
            try self.backUp(to: destination, progress: progress)
            try destination.close()
        } catch {
            throw TrailError(error, whenTryingTo: "copy the trail to", path: path)
        }
        try TrailFile.synchronizeFolder(of: file.path)
    }

    private func backUp(to destination: DatabaseQueue, progress: (_ done: Int, _ all: Int) -> Void) throws {
        try withoutActuallyEscaping(progress) { progress in
            try self.withPool { pool in
                try pool.backup(to: destination, pagesPerStep: 1000) {
                    progress($0.completedPageCount, $0.totalPageCount)
                }
            }
        }
    }
}
