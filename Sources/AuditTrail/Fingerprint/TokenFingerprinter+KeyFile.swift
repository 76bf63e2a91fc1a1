extension TokenFingerprinter {
    /// The length of a key that is made here, in bytes.
    package static let newKeyLength = 32

    private static let keyFile = KeyFile(
        suffix: ".fingerprint-key",
        name: "fingerprint key",
        lengths: minimumKeyLength...maximumKeyLength,
        newLength: newKeyLength,
        loss: "fingerprints made before cannot be found"
    )

    /// The key in the file `<database>.fingerprint-key`, made if there is none.
    ///
    /// Fingerprints under a lost key could never be found again, so a new one is durable before the first is made.
    ///
    /// - Throws: ``TrailError/Code/refused`` when somebody but the owner may read or write the file, or it belongs to
    ///   another user; ``TrailError/Code/corrupt`` when its content is no key.
    package static func loadOrCreateKey(beside databasePath: String) throws(TrailError) -> [UInt8] {
        try Self.keyFile.loadOrCreate(beside: databasePath)
    }

    /// The key in the file `<database>.fingerprint-key`, for those who read a trail and must not make a key.
    ///
    /// - Throws: ``TrailError/Code/missing`` when there is none; else as ``loadOrCreateKey(beside:)``.
    package static func loadKey(beside databasePath: String) throws(TrailError) -> [UInt8] {
        if let key = try Self.keyFile.load(beside: databasePath) { return key }
        let path = try Self.keyFile.path(beside: databasePath)
        throw TrailError(
            .missing,
            "There is no fingerprint key at \(path): give the key the trail was written with as AUDIT_FINGERPRINT_KEY."
        )
    }
}
