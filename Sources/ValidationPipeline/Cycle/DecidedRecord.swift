package import LoginContracts

/// A record with its decision, on its way through the commit cycle. A class, so that queues pass it as a reference.
package final class DecidedRecord: Sendable {
    package let login: IncomingLogin
    package let entry: ValidationEntry
    /// Where a locked-out player can release the lockout; not in the trail.
    package let redirect: Verdict.Redirect?
    /// Set when the decision comes from the trail: its entry's number, and whether its outcome is already committed.
    package let recorded: (index: Int64, isCommitted: Bool)?
    let slot: PartitionSlot

    init(
        login: IncomingLogin,
        slot: PartitionSlot,
        entry: ValidationEntry,
        redirect: Verdict.Redirect? = nil,
        recorded: (index: Int64, isCommitted: Bool)? = nil
    ) {
        self.login = login
        self.slot = slot
        self.entry = entry
        self.redirect = redirect
        self.recorded = recorded
    }
}
