/// The mass-kick guards and the platform's hosts at a moment, as `GET /guard` shows them. Nothing of a player.
package struct GuardReport: Codable, Hashable, Sendable {
    package var instanceId: String
    /// RFC 3339, like every time here.
    package var at: String
    /// Apps that have had an event, by id.
    package var apps: [App]
    /// By name.
    package var hosts: [Host]

    package struct App: Codable, Hashable, Sendable {
        package var kgAppId: String
        /// `watching`, `tripped` or `accepting`.
        package var state: State
        /// Why it tripped: `surge` or `wrongCredentials`.
        package var cause: String?
        /// When it tripped.
        package var since: String?
        /// What that means and what to do.
        package var advice: String?
        /// Until when an operator accepts kicks.
        package var acceptsUntil: String?
        /// Probes in a row that were answered without a kick.
        package var goodProbes: Int?
        package var waitingEvents: Int
        package var withheldKicks: Int
        /// Kicks beyond the expected; `GUARD_SURGE_KICKS` trips.
        package var surgeScore: Double
        /// The usual share of kicks among answers, from 0 to 1.
        package var usualKickShare: Double
        /// For what concerns the app and not its host.
        package var breaker: Breaker

        package enum State: String, Codable, Sendable {
            case watching, tripped, accepting
        }
    }

    package struct Host: Codable, Hashable, Sendable {
        package var name: String
        package var breaker: Breaker
        package var runningAttempts: Int
        /// Attempts that may run at a time.
        package var concurrencyLimit: Int
    }

    package enum Breaker: String, Codable, Sendable {
        /// Calls go out.
        case closed
        /// No call goes out.
        case open
        /// Single probes go out.
        case halfOpen
    }
}

/// What `POST /guard/release` answers.
package struct GuardRelease: Codable, Hashable, Sendable {
    /// The apps whose guard was tripped and is released.
    package var released: [String]
}

/// What the endpoint answers when it refuses.
package struct OperationsRefusal: Codable, Hashable, Sendable {
    package var error: String
}
