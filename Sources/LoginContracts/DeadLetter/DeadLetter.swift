/// A login event that got no decision about its player: the original record and why it was put aside.
package struct DeadLetter: Sendable {
    package var record: SourceRecord
    package var disposition: Disposition
    /// What is wrong and, for an event's defect, which field breaks which rule. Never quotes the record.
    package var message: String

    /// Why a record was put aside; the header `login-validator.disposition`.
    package enum Disposition: String, CaseIterable, Codable, Hashable, Sendable {
        /// Not a login event.
        case malformed
        /// No credentials for its app.
        case unknownApp
        /// The platform answered 400.
        case rejectedByPlatform
        /// No usable answer within its budget, while other calls succeeded.
        case undetermined
        /// Older than the configured maximum age.
        case stale
    }

    package init(record: SourceRecord, disposition: Disposition, message: String) {
        self.record = record
        self.disposition = disposition
        self.message = message
    }
}

extension DeadLetter.Disposition {
    /// The disposition of a decision, or `nil` when it is no dead letter.
    package init?(decision: Decision, reason: DecisionReason?) {
        switch (decision, reason) {
        case (.pass, _), (.kick, _), (.lockout, _): return nil
        case (.rejected, .malformed): self = .malformed
        case (.rejected, .unknownApp): self = .unknownApp
        case (.rejected, _): self = .rejectedByPlatform
        case (.undetermined, _): self = .undetermined
        case (.stale, _): self = .stale
        }
    }
}
