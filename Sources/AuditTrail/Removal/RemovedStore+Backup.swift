import GRDB

extension RemovedStore {
    /// Copies the file as of one moment beside a copy of the trail.
    func backUp(beside databasePath: String) throws(TrailError) {
        let file = try TrailFile(path: databasePath + Self.suffix)
        guard file.identity == nil else {
            throw TrailError(.cannotOpen, "There is a file at \(file.path) already: choose another path for the copy.")
        }
        try self.copy(to: file)
        try TrailFile.synchronizeUnopened(file.path)
        try TrailFile.synchronizeFolder(of: file.path)
    }

    /// Copies the file as of one moment into a new one, which is not durable yet.
    func copy(to file: TrailFile) throws(TrailError) {
        try file.createIfMissing()
        do {
            let copy = try DatabaseQueue(path: file.path)
            try self.database.backup(to: copy)
            try copy.close()
        } catch {
            throw TrailError(error, whenTryingTo: "copy", path: self.path, of: .removedEntries)
        }
    }
}
