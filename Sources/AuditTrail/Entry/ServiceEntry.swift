package import LoginContracts

/// Something that happened to the service itself, kept in the trail between the decisions it explains.
///
/// An auditor who asks why nobody was kicked between two times finds the answer here: the service was not running, its
/// configuration had changed, or the mass-kick guard held an app back.
package struct ServiceEntry: Hashable, Sendable {
    package var kind: Kind
    /// When it happened, by this host's clock.
    package var recordedAt: Timestamp
    package var instanceID: String
    /// The app it concerns; `nil` when it concerns all.
    package var kgAppId: String?
    /// What happened, in a sentence. Never a secret.
    package var message: String?
    /// Further facts by name, such as the thresholds of a guard. Never a secret.
    package var details: [String: String]

    /// What happened; the raw value is what the trail stores.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case started
        case stopped
        case guardTripped
        case guardReleased
        case configurationChanged
        /// The access log has grown: its size and root, see ``AccessLogHead``.
        case accessLogged
        /// A player's key was destroyed; the handle that stands in the player's entries is in the details.
        case playerErased
        /// A sealed segment was removed from the old end, see ``Removal``.
        case segmentRemoved
    }

    package init(
        kind: Kind,
        recordedAt: Timestamp,
        instanceID: String,
        kgAppId: String? = nil,
        message: String? = nil,
        details: [String: String] = [:]
    ) {
        self.kind = kind
        self.recordedAt = recordedAt
        self.instanceID = instanceID
        self.kgAppId = kgAppId
        self.message = message
        self.details = details
    }
}
