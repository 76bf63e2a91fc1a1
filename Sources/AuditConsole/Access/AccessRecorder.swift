/// Keeps who looked at what: every view, search and download of the console is recorded before it is answered.
package protocol AccessRecorder: Sendable {
    /// Records one access; called on several threads at once, and may block.
    ///
    /// - Parameters:
    ///   - who: The name that was given when signing in, and the address; on the loopback interface the address alone.
    ///   - action: What was done.
    ///   - question: The filters, texts by name; those given several times are joined by commas.
    ///   - entries: How many entries the answer shows.
    /// - Throws: Then the console shows nothing: what cannot be recorded is not seen.
    func record(who: String, action: ConsoleAction, question: [String: String], entries: Int) throws
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

/// Records nothing.
package struct NoAccessRecorder: AccessRecorder {
    package init() {}

    package func record(who: String, action: ConsoleAction, question: [String: String], entries: Int) {}
}
