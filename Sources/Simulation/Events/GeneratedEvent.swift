package import LoginContracts

/// One generated record of the login topic, with what has to come of it.
package struct GeneratedEvent: Hashable, Sendable {
    /// Its place in the stream, from 0.
    package var index: Int
    /// Key, value and headers to produce.
    package var record: OutgoingRecord
    package var kind: EventKind
    /// Set when ``kind`` is malformed.
    package var malformed: MalformedKind?
    package var form: EventForm
    /// The token inside, for asking a simulated platform how often it was asked; `nil` when malformed.
    package var accessToken: String?
    package var kgAppId: String
    /// `nil` when the event names no player.
    package var playerId: String?
    package var expected: ExpectedDisposition
}
