/// Why a record is not a usable login event: which field breaks which rule.
///
/// It is a value, not a crash and not a log line: the record becomes a dead letter with this text and an entry in the
/// trail. It never quotes the offending value, which may hold a token.
package struct EventDefect: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field's path, such as `playerId` or `data.accessToken`; `value` for the record's value as a whole.
    package var field: String
    package var rule: String

    package init(field: String, rule: String) {
        // A field's name can come from a hostile document, where it may be anything.
        self.field = String(field.prefix(64))
        self.rule = rule
    }

    package var description: String { "\(self.field): \(self.rule)" }
}
