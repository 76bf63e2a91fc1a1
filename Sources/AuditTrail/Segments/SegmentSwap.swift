import Foundation

/// How a live file becomes a sealed one, and the prepared next one the live one: in steps, each of which a crash may follow.
///
/// There is a live file at the trail's path at every moment. After a crash before ``Step/replaceLive`` the old one is still
/// the live one, has everything, and is sealed another time; after it, the new one is. ``tidy(_:)`` removes what a crash
/// left over. The caller holds the trail's ``WriterLock`` and ``FolderLock``, has no connection open, and has copied the
/// whole WAL into the database.
struct SegmentSwap {
    let live: TrailFile
    let sealed: SegmentFile

    enum Step: CaseIterable {
        /// Readers of the old file keep the WAL that they have open, which stays empty for ever.
        case removeLog
        /// The old file gets its second name.
        case nameSealed
        /// The commit point: the next file takes the old one's first name.
        case replaceLive
        case protectSealed
    }

    func run() throws(TrailError) {
        for step in Step.allCases { try self.perform(step) }
    }

    func perform(_ step: Step) throws(TrailError) {
        switch step {
        case .removeLog:
            try self.requireEmptyLog()
            for suffix in ["-wal", "-shm"] { try TrailFile.remove(self.live.path + suffix) }
        case .nameSealed:
            // Fails when there is such a file: nothing is ever overwritten.
            guard link(self.live.path, self.sealed.path) == 0 else {
                throw TrailFile.error(errno, whenTryingTo: "name the sealed segment", path: self.sealed.path)
            }
            // A power cut must not keep the next step and lose this one, nor bring an old WAL back beside the new file.
            try TrailFile.synchronizeFolder(of: self.live.path)
        case .replaceLive:
            guard rename(NextSegment.path(of: self.live), self.live.path) == 0 else {
                throw TrailFile.error(errno, whenTryingTo: "begin another segment of", path: self.live.path)
            }
            try TrailFile.synchronizeFolder(of: self.live.path)
        case .protectSealed:
            try Self.protect(self.sealed.path)
        }
    }

    /// Brings the files beside a trail into order before it is opened for writing.
    ///
    /// - Throws: ``TrailError/Code/missing`` when there are sealed segments and no live file, which no crash leaves: its
    ///   entries would be missed by nobody if another one began.
    static func tidy(_ live: TrailFile) throws(TrailError) {
        let files = try SegmentFile.all(beside: live.path)
        guard let identity = live.identity else {
            let removed = live.path + RemovedStore.suffix
            guard let last = files.last?.path ?? (TrailFile.identity(ofFileAt: removed) != nil ? removed : nil) else {
                return
            }
            throw TrailError(
                .missing,
                """
                The audit trail \(live.path) has sealed segments, or had some that were removed, see \(last), and its newest \
                entries are in no file at that path: put the file back; or begin another trail by giving it another path.
                """
            )
        }
        for suffix in ["", "-wal", "-shm", "-journal"] { try TrailFile.remove(NextSegment.path(of: live) + suffix) }
        for file in files {
            if TrailFile.identity(ofFileAt: file.path) == identity {
                // The old file got its second name, and nothing took its place.
                try TrailFile.remove(file.path)
                try TrailFile.synchronizeFolder(of: live.path)
            } else {
                try? Self.protect(file.path)
            }
        }
    }

    private func requireEmptyLog() throws(TrailError) {
        var status = stat()
        guard stat(self.live.path + "-wal", &status) == 0, status.st_size > 0 else { return }
        throw TrailError(.locked, "The WAL of the audit trail \(self.live.path) is not copied yet: it is sealed later.")
    }

    /// Takes the right to write from everybody.
    private static func protect(_ path: String) throws(TrailError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o222 == 0 || chmod(path, status.st_mode & 0o444) == 0 else {
            throw TrailFile.error(errno, whenTryingTo: "protect the sealed segment", path: path)
        }
    }
}
