import AuditTrail

extension ServiceConfiguration {
    /// What is wrong with the permissions of the trail, its folder and the keys beside it, where they exist.
    ///
    /// A key that others can read or change is refused at the start; here it is a remark, with the command that helps.
    func trailWarnings() -> [String] {
        let path = self.audit.database
        let setting = Setting.database.name
        var warnings: [String?] = ["", "-wal", "-shm", ".removed"].map { suffix in
            FilePermissions(path + suffix)?.warning(
                suffix.isEmpty ? "\(setting) names" : "Beside \(setting) is",
                path + suffix,
                .trail
            )
        }
        let keys = [
            (".fingerprint-key", self.audit.fingerprintKeyBytes), (".checkpoint-key", self.audit.checkpointKeyBytes),
        ]
        for (suffix, configured) in keys where configured == nil {
            let key = path + suffix
            warnings.append(FilePermissions(key)?.warning("Beside \(setting) is", key, .secrets))
        }
        for suffix in [PlayerKeyStore.suffix, PlayerKeyStore.masterSuffix] {
            let key = path + suffix
            warnings.append(FilePermissions(key)?.warning("Beside \(setting) is", key, .secrets))
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        warnings.append(FilePermissions(folder)?.warning("\(setting) is in", folder, .folder))
        return warnings.compactMap { $0 }
    }
}
