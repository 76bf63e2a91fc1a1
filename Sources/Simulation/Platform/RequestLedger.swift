/// Counts what a simulated platform was asked: in all, and for each access token.
///
/// With it a test proves that a decision that is on record is never asked for again. Tokens of a simulation are fake,
/// which is the only reason why they may be kept.
struct RequestLedger {
    /// Tokens that are counted one by one; requests with further ones only enter the totals.
    static let maximumCountedTokens = 250_000

    private(set) var totals = PlatformStatistics()
    private var tokens: [String: TokenRecord] = [:]

    private struct TokenRecord {
        var requests = 0
        var failures = 0
    }

    /// The validation requests that came with this token, whatever they were answered.
    func requests(forToken token: String) -> Int {
        self.tokens[token]?.requests ?? 0
    }

    mutating func begin() {
        self.totals.requests += 1
        self.totals.inFlight += 1
        self.totals.maximumInFlight = max(self.totals.maximumInFlight, self.totals.inFlight)
    }

    mutating func count(token: String) {
        guard self.tokens[token] != nil || self.tokens.count < Self.maximumCountedTokens else {
            self.totals.uncountedRequests += 1
            return
        }
        self.tokens[token, default: TokenRecord()].requests += 1
        self.totals.distinctTokens = self.tokens.count
    }

    /// Whether a token that fails so many times still has to; notes the failure if so.
    ///
    /// A token beyond ``maximumCountedTokens`` does not fail: it would never stop.
    mutating func failsAgain(token: String, failures: Int) -> Bool {
        guard let record = self.tokens[token], record.failures < failures else { return false }
        self.tokens[token]?.failures += 1
        return true
    }

    /// `status` is `nil` when the client got no complete answer.
    mutating func end(status: Int?) {
        self.totals.inFlight -= 1
        if let status {
            self.totals.answersByStatus[status, default: 0] += 1
        } else {
            self.totals.unanswered += 1
        }
    }

    /// Forgets everything but the requests that are being answered.
    mutating func reset() {
        let inFlight = self.totals.inFlight
        self.tokens = [:]
        self.totals = PlatformStatistics(inFlight: inFlight, maximumInFlight: inFlight)
    }
}

/// The totals of a simulated platform since its start or the last reset.
package struct PlatformStatistics: Codable, Hashable, Sendable {
    /// Requests of the validation path, good or bad.
    package var requests = 0
    /// Requests that are being answered now.
    package var inFlight = 0
    /// The most requests that were being answered at once.
    package var maximumInFlight = 0
    /// Complete answers by status.
    package var answersByStatus: [Int: Int] = [:]
    /// Requests whose client got no answer, or half of one.
    package var unanswered = 0
    /// Tokens seen and counted one by one.
    package var distinctTokens = 0
    /// Requests with tokens beyond the number that is counted one by one.
    package var uncountedRequests = 0
}
