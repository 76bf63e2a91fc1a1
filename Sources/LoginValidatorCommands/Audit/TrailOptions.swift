import ArgumentParser
import AuditTrail
import Foundation
import LoginContracts
import ValidatorService

/// Which trail is read.
struct TrailOptions: ParsableArguments {
    @Option(help: "The trail's database file; the configured AUDIT_DATABASE if not given.")
    var trail: String?

    @Option(help: "Why you ask; stands in the access log, and in evidence.")
    var purpose: String?

    @OptionGroup var configuration: ConfigurationOptions

    /// Of ``purpose``, in bytes.
    static let maximumPurposeLength = 1000

    func validate() throws {
        guard self.purpose.map({ 1...Self.maximumPurposeLength ~= $0.utf8.count }) ?? true else {
            throw ValidationError("--purpose must be 1 to \(Self.maximumPurposeLength) bytes long.")
        }
    }

    /// Opens the trail to look at it.
    ///
    /// - Parameter makesCopies: whether the command makes something to take away.
    func open(makingCopies makesCopies: Bool = false) throws -> RecordedTrail {
        let settings = try self.settings()
        return try RecordedTrail(
            path: self.trail ?? settings.database,
            settings: settings,
            purpose: self.purpose,
            makesCopies: makesCopies
        )
    }

    /// What turns a token into what the trail holds of it.
    func fingerprinter() throws -> TokenFingerprinter {
        let settings = try self.settings()
        if let key = settings.fingerprintKeyBytes { return try TokenFingerprinter(key: key) }
        return try TokenFingerprinter(key: TokenFingerprinter.loadKey(beside: self.trail ?? settings.database))
    }

    func settings() throws -> ServiceConfiguration.Audit {
        try self.configuration.load(requiresKafka: false, requiresCredentials: false).audit
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
