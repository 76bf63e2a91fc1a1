import Foundation

/// Who may read and change a file of the configuration, and the command that mends what is wrong with that.
struct FilePermissions: Hashable, Sendable {
    /// The permission bits.
    let mode: UInt32
    let owner: UInt32
    let isRegularFile: Bool

    /// What a file is, which decides who may do what with it.
    enum Content {
        /// For the owner alone: 600.
        case secrets
        /// Anybody may read it; whoever writes it decides what the service does.
        case settings
        /// Players' data, which a group of auditors may read: 640.
        case trail
        /// Whoever can write a folder can put another file in a file's place, unless the folder is sticky.
        case folder
    }

    /// Of the file that the path leads to, over links; `nil` when there is none.
    init?(_ path: String) {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
            let mode = attributes[.posixPermissions] as? NSNumber,
            let owner = attributes[.ownerAccountID] as? NSNumber
        else { return nil }
        self.mode = mode.uint32Value & 0o7777
        self.owner = owner.uint32Value
        self.isRegularFile = attributes[.type] as? FileAttributeType == .typeRegular
    }

    /// A remark with the command to run, or `nil` when nothing is wrong.
    ///
    /// - Parameter subject: What holds or names the file, as the beginning of a sentence.
    func warning(_ subject: String, _ path: String, _ content: Content) -> String? {
        let shown = BoundedFile.shown(path)
        if self.owner != 0, self.owner != geteuid() {
            return "\(subject) \(shown), which belongs to another user (uid \(self.owner)), who can change it: run "
                + "`chown \(geteuid()) \(path.shellQuoted)`."
        }
        guard let (fault, change) = self.fault(as: content) else { return nil }
        return "\(subject) \(shown), which \(fault) (mode \(String(self.mode & 0o777, radix: 8))): run "
            + "`chmod \(change) \(path.shellQuoted)`."
    }

    private func fault(as content: Content) -> (fault: String, change: String)? {
        let isReadable = self.mode & 0o044 != 0
        let isWritable = self.mode & 0o022 != 0
        switch content {
        case .secrets:
            guard isReadable || isWritable else { return nil }
            let what = isReadable && isWritable ? "read and changed" : isReadable ? "read" : "changed"
            return ("holds secrets and can be \(what) by others", "600")
        case .settings:
            return isWritable ? ("can be changed by others, who then decide what the service does", "go-w") : nil
        case .trail:
            if isWritable { return ("can be changed by others", "640") }
            return self.mode & 0o004 != 0 ? ("holds players' data and can be read by every user", "640") : nil
        case .folder:
            guard self.mode & 0o002 != 0, self.mode & 0o1000 == 0 else { return nil }
            return ("every user can write, and so put another file in the trail's place", "o-w")
        }
    }
}

extension String {
    /// One word of a shell, however odd: a path in a command that a message tells to run.
    var shellQuoted: String {
        let isPlain = self.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || "/._-+,:@%".utf8.contains($0)
        }
        if isPlain, !self.isEmpty { return self }
        return "'" + self.withoutControlCharacters.replacing("'", with: #"'\''"#) + "'"
    }
}
