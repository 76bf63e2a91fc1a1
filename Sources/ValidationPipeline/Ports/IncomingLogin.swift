package import LoginContracts

/// A record of the login topic with all that can be known of it before anybody is asked.
///
/// Made once, on the consumer's thread, where the decoding, the digest and the fingerprint cost the engine nothing.
/// A class, so that it passes between threads and tables as a reference.
package final class IncomingLogin: Sendable {
    package let record: SourceRecord
    package let identity: RecordIdentity
    package let content: Content
    /// HMAC of the access token; `nil` when the record is defective.
    package let tokenFingerprint: [UInt8]?
    /// Names the platform host that judges the event's app: hosts fail, slow down and are protected one by one.
    package let platformHost: String

    package enum Content: Sendable {
        case login(LoginEvent)
        /// Not a usable event: goes to the dead letters with that disposition.
        case defective(EventDefect, DeadLetter.Disposition)
    }

    package init(
        record: SourceRecord,
        identity: RecordIdentity,
        content: Content,
        tokenFingerprint: [UInt8]?,
        platformHost: String = ""
    ) {
        self.record = record
        self.identity = identity
        self.content = content
        self.tokenFingerprint = tokenFingerprint
        self.platformHost = platformHost
    }

    /// The login event, or `nil` when the record is defective.
    package var event: LoginEvent? {
        switch self.content {
        case .login(let event): event
        case .defective: nil
        }
    }

    /// What orders records among themselves: the record's key, else the player.
    var orderingKey: [UInt8]? {
        if let key = self.record.key, !key.isEmpty { return key }
        return self.event?.playerId.map { Array($0.utf8) }
    }
}
