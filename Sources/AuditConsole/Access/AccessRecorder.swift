package import AuditTrail

/// Keeps who looked at what: every view, search and download of the console is recorded before it is answered.
package protocol AccessRecorder: Sendable {
    /// Records one access; called on several threads at once, and may block.
    ///
    /// - Parameters:
    ///   - who: The name that was given when signing in, and the address; on the loopback interface the address alone.
    ///   - action: What was done.
    ///   - question: The filters, texts by name; those given several times are joined by commas.
    ///   - entries: How many entries the answer shows.
    ///   - purpose: Why, if it was said.
    /// - Throws: Then the console shows nothing: what cannot be recorded is not seen.
    func record(who: String, action: ConsoleAction, question: [String: String], entries: Int, purpose: String?)
        throws
}

/// What somebody can do with the console.
package enum ConsoleAction: String, CaseIterable, Hashable, Sendable {
    case searched
    case opened
    case counted
    case viewedCheckpoint
    case downloadedEvidence
    case signedIn
}

/// Records in an access log.
package struct AccessLogRecorder: AccessRecorder {
    private let log: AccessLog
    private let trailID: String
    private let standingPurpose: String?

    /// - Parameter purpose: why, of everything that says nothing itself.
    package init(_ log: AccessLog, trailID: String, purpose: String? = nil) {
        self.log = log
        self.standingPurpose = purpose
        self.trailID = trailID
    }

    package func record(who: String, action: ConsoleAction, question: [String: String], entries: Int, purpose: String?)
        throws
    {
        try self.log.record(
            AccessEntry(
                at: ConsoleAPI.now,
                trailID: self.trailID,
                who: who,
                action: "console.\(action.rawValue)",
                question: question,
                entries: Int64(entries),
                purpose: purpose ?? self.standingPurpose
            )
        )
    }
}

/// Records nothing.
package struct NoAccessRecorder: AccessRecorder {
    package init() {}

    package func record(who: String, action: ConsoleAction, question: [String: String], entries: Int, purpose: String?)
    {}
}
