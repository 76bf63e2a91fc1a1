/// Keeps our own or the platform's trouble from kicking everybody, for one app.
///
/// ```
///              a surge of kicks, or credentials that look wrong
///   watching ──────────────────────────────────────────────────▶ tripped
///      ▲ ▲                                                         │  │
///      │ └──────── probes are answered as usual, or new keys ──────┘  │
///      └──(acceptance ends)── accepting ◀──── an operator releases ───┘
/// ```
///
/// A kick is final at once only while the app looks healthy. Once a few kicks too many have come, or an answer that points
/// at our own credentials, further kicks are *withheld*: they become final when healthy answers have come
/// (``isHealthy``), or are void when the guard trips. Tripped, no answer is final; now and then one event is tried as a
/// *probe*, whose answer only tells whether the app is back to normal.
package struct MassKickGuard {
    package private(set) var state: State = .watching
    private let configuration: Configuration
    private var surge = SurgeDetector()
    /// Watched answers in a row, without a 200 between them.
    private var watchedAnswers = 0

    package enum State: Hashable, Sendable {
        case watching
        case tripped(Trip)
        /// An operator has released it and accepts the kicks.
        case accepting(until: Duration)

        package var isTripped: Bool {
            if case .tripped = self { return true }
            return false
        }
    }

    package struct Trip: Hashable, Sendable {
        package var cause: Cause
        package var since: Duration
        /// Probes in a row that were answered without a kick.
        package var goodProbes = 0
        var isProbing = false
        var nextProbe: Duration
    }

    package enum Cause: String, CaseIterable, Hashable, Sendable {
        /// Far more kicks than usual.
        case surge
        /// Answers that point at the app's own credentials, and no other.
        case wrongCredentials
    }

    /// What an answer means for the player it is about.
    package enum Answer: Hashable, Sendable {
        /// 200, and the player may play. Also proves the credentials.
        case pass
        /// The player has to leave. `isWatched`: or the credentials are wrong.
        case kick(isWatched: Bool)
        /// Neither: a rejected request, say.
        case neutral
    }

    /// What an attempt was for.
    package enum Role: Hashable, Sendable {
        case regular
        /// Asks again about a withheld kick.
        ///
        /// `isProven`: the app's credentials have been proven since then, so that an answer that points at them means the
        /// player after all.
        case confirmation(isProven: Bool)
        /// Tried while tripped.
        case probe

        /// The same, after another answer has pointed at the credentials.
        var withoutProof: Role {
            switch self {
            case .confirmation: .confirmation(isProven: false)
            case .regular, .probe: self
            }
        }
    }

    package enum AnsweredAction: Hashable, Sendable {
        /// The answer is final.
        case decide
        /// A kick that is not final yet.
        case withhold
        /// Not final: the event waits and is validated again.
        case hold
        /// The same, and the guard has tripped.
        case trip(Trip)
        /// The same, and the guard is released: the event is validated again at once.
        case release(Trip)
    }

    package init(_ configuration: Configuration) {
        precondition(configuration.suspectKicks > 0 && configuration.surgeKicks >= configuration.suspectKicks)
        precondition(configuration.wrongCredentialAnswers > 0 && configuration.passesToRelease > 0)
        self.configuration = configuration
    }

    package var isTripped: Bool { self.state.isTripped }

    package var trip: Trip? {
        if case .tripped(let trip) = self.state { return trip }
        return nil
    }

    /// Kicks beyond the expected, and the usual share of kicks among answers: for those who watch.
    package var score: Double { self.surge.score }
    package var usualKickShare: Double { self.surge.baseline }

    /// Whether withheld kicks are final.
    var isHealthy: Bool { !self.isTripped && self.watchedAnswers == 0 && !self.isSuspect }

    private var isSuspect: Bool { self.surge.score >= Double(self.configuration.suspectKicks) }

    /// Watched answers in a row that would trip it now; at least 1.
    var watchedAnswersToTrip: Int { max(1, self.configuration.wrongCredentialAnswers - self.watchedAnswers) }

    // MARK: Attempts

    /// When an event of the app may be tried.
    var permission: Permission {
        switch self.state {
        case .watching, .accepting: .now
        case .tripped(let trip): trip.isProbing ? .afterAnEvent : .at(trip.nextProbe)
        }
    }

    /// An attempt that ``permission`` allows begins. Tripped, it is a probe.
    ///
    /// - Parameter role: what it is for while nothing is tripped.
    mutating func began(_ role: Role) -> Role {
        guard case .tripped(var trip) = self.state else { return role }
        precondition(!trip.isProbing, "One probe at a time.")
        trip.isProbing = true
        self.state = .tripped(trip)
        return .probe
    }

    /// An attempt brought no answer that says anything about a player.
    mutating func failed(_ role: Role, now: Duration) {
        guard role == .probe, case .tripped(var trip) = self.state else { return }
        trip.isProbing = false
        trip.nextProbe = now + self.configuration.probeInterval
        self.state = .tripped(trip)
    }

    /// The platform answered an attempt.
    mutating func answered(_ answer: Answer, _ role: Role, now: Duration) -> AnsweredAction {
        switch self.state {
        case .watching: return self.watched(answer, role, now: now)
        case .tripped(let trip):
            // What was asked before the trip comes too late to count.
            return role == .probe ? self.probed(answer, trip, now: now) : .hold
        case .accepting(let until):
            if now < until {
                self.learn(answer, now: now)
                return .decide
            }
            self.startWatching(score: 0, now: now)
            return self.watched(answer, role, now: now)
        }
    }

    private mutating func watched(_ answer: Answer, _ role: Role, now: Duration) -> AnsweredAction {
        switch answer {
        case .neutral: return .decide
        case .pass:
            self.watchedAnswers = 0
            self.surge.answered(isKick: false, learns: !self.isSuspect, now: now)
            return .decide
        case .kick(let isWatched):
            if isWatched { self.watchedAnswers += 1 }
            if self.watchedAnswers >= self.configuration.wrongCredentialAnswers {
                return .trip(self.trip(.wrongCredentials, now: now))
            }
            if case .confirmation(let isProven) = role {
                // The same player's second answer is no further evidence of a surge.
                return isWatched && !isProven ? .withhold : .decide
            }
            self.surge.answered(isKick: true, learns: !self.isSuspect, now: now)
            if self.surge.score > Double(self.configuration.surgeKicks) - 0.5 {
                return .trip(self.trip(.surge, now: now))
            }
            return isWatched || self.isSuspect ? .withhold : .decide
        }
    }

    private mutating func trip(_ cause: Cause, now: Duration) -> Trip {
        let trip = Trip(cause: cause, since: now, nextProbe: now + self.configuration.probeInterval)
        self.state = .tripped(trip)
        return trip
    }

    private mutating func probed(_ answer: Answer, _ trip: Trip, now: Duration) -> AnsweredAction {
        var trip = trip
        trip.isProbing = false
        switch answer {
        case .pass: trip.goodProbes += 1
        case .kick: trip.goodProbes = 0
        case .neutral: break
        }
        let needed = trip.cause == .surge ? self.configuration.passesToRelease : 1
        guard trip.goodProbes < needed else {
            // Cautiously: the next kicks are withheld until enough others have passed.
            self.startWatching(score: Double(self.configuration.suspectKicks), now: now)
            return .release(trip)
        }
        let interval =
            trip.goodProbes > 0 ? self.configuration.quickProbeInterval : self.configuration.probeInterval
        trip.nextProbe = now + interval
        self.state = .tripped(trip)
        return .hold
    }

    private mutating func startWatching(score: Double, now: Duration) {
        self.state = .watching
        self.watchedAnswers = 0
        self.surge.set(score: score, now: now)
    }

    private mutating func learn(_ answer: Answer, now: Duration) {
        switch answer {
        case .pass: self.surge.answered(isKick: false, learns: true, now: now)
        case .kick: self.surge.answered(isKick: true, learns: true, now: now)
        case .neutral: break
        }
    }

    // MARK: Operators

    /// An operator accepts the kicks.
    ///
    /// - Returns: the trip that has ended; `nil` when there was none, and nothing changes.
    mutating func release(now: Duration) -> Trip? {
        guard let trip = self.trip else { return nil }
        self.startWatching(score: 0, now: now)
        self.state = .accepting(until: now + self.configuration.acceptancePeriod)
        return trip
    }

    /// The app has other credentials: what was held against the old ones is void.
    ///
    /// - Returns: the trip that has ended, if it was about the credentials.
    mutating func credentialsReplaced(now: Duration) -> Trip? {
        self.watchedAnswers = 0
        guard let trip = self.trip, trip.cause == .wrongCredentials else { return nil }
        self.startWatching(score: self.surge.score, now: now)
        return trip
    }
}
