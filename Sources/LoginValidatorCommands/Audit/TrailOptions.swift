import ArgumentParser
import AuditTrail
import Foundation
import LoginContracts
import ValidatorService

/// Which trail is read.
struct TrailOptions: ParsableArguments {
    @Option(help: "The trail's database file; the configured AUDIT_DATABASE if not given.")
    var trail: String?

    @OptionGroup var configuration: ConfigurationOptions

    func open() throws -> TrailReader {
        try TrailReader(path: try self.path())
    }

    /// What turns a token into what the trail holds of it.
    func fingerprinter() throws -> TokenFingerprinter {
        let settings = try self.configuration.load(requiresKafka: false, requiresCredentials: false)
        if let key = settings.audit.fingerprintKeyBytes { return try TokenFingerprinter(key: key) }
        return try TokenFingerprinter(key: TokenFingerprinter.loadKey(beside: try self.path()))
    }

    private func path() throws -> String {
        if let trail { return trail }
        return try self.configuration.load(requiresKafka: false, requiresCredentials: false).audit.database
    }
}

extension TrailReader {
    /// The newest checkpoint, for commands that can do nothing without one.
    func requiredCheckpoint() throws -> SignedCheckpoint {
        guard let newest = try self.newestCheckpoint() else {
            throw CommandFailure(
                .failed,
                "The trail has no checkpoint yet: the service makes the first soon after it has started."
            )
        }
        return newest
    }
}
