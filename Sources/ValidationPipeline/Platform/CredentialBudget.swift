import DequeModule

/// Bounds the calls to one platform host that may carry wrong credentials.
///
/// The platform blocks an address that makes ten such calls in a minute. Whether a call is one of them shows only in its
/// answer; so a call of an app whose credentials are not proven takes a place here beforehand, and keeps it for
/// ``period`` if the answer points at the credentials. A 200 proves the app's credentials: what was held against them before
/// was about players, and its places are free again.
///
/// Calls of a proven app take no place. A key that is withdrawn while they are under way fails all of those, which no rule
/// could have known; the first refusal ends it: the app's next call waits until nearly all of them have ended
/// (``AppTraffic/permission``). So the calls of one app that a withdrawn key fails in a minute are those that were under
/// way at its first refusal, at most `PLATFORM_MAXIMUM_CONNECTIONS`, or ``maximum`` if they were fewer.
struct CredentialBudget {
    private let maximum: Int
    private var reserved = 0
    private var wrong = Deque<(time: Duration, kgAppId: String)>()

    /// The platform counts by the minute.
    static let period: Duration = .seconds(60)

    /// - Parameter maximum: of calls in ``period``; at least 1.
    init(maximum: Int) {
        precondition(maximum > 0)
        self.maximum = maximum
    }

    /// When an unproven call may be made.
    var permission: Permission {
        if self.reserved + self.wrong.count < self.maximum { return .now }
        // With every place taken by a call under way, one of those must end first.
        guard self.reserved < self.maximum else { return .afterAnEvent }
        return .at(self.wrong[self.reserved + self.wrong.count - self.maximum].time + Self.period)
    }

    mutating func reserve(now: Duration) {
        while let first = self.wrong.first, first.time + Self.period <= now { self.wrong.removeFirst() }
        self.reserved += 1
    }

    /// A call that took a place has ended.
    mutating func release() { self.reserved -= 1 }

    /// An answer points at the app's credentials. Bounded: further ones of proven apps change nothing.
    mutating func noteWrong(_ kgAppId: String, now: Duration) {
        if self.wrong.count >= self.maximum { self.wrong.removeFirst() }
        self.wrong.append((now, kgAppId))
    }

    /// The app's credentials are proven.
    mutating func forget(_ kgAppId: String) {
        guard !self.wrong.isEmpty else { return }
        self.wrong.removeAll { $0.kgAppId == kgAppId }
    }
}
