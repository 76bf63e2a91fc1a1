import Crypto

/// Who is signed in: a value that is told the time.
///
/// A session's id is 32 random bytes that only its browser knows; the table has the id's SHA-256, so a look-up's time
/// tells nothing about an id.
struct SessionTable: Sendable {
    private var sessions: [SHA256.Digest: Session] = [:]

    /// More push out the one that was used longest ago.
    static let maximumSessions = 64
    /// A session that is not used this long has ended.
    static let idleLimit: Duration = .seconds(30 * 60)
    /// A session ends after this time, used or not.
    static let lifetime: Duration = .seconds(8 * 3600)
    static let idLength = 32

    private struct Session {
        let who: String
        let began: ContinuousClock.Instant
        var used: ContinuousClock.Instant
    }

    var count: Int { self.sessions.count }

    mutating func add(id: [UInt8], who: String, at now: ContinuousClock.Instant) {
        self.removeEnded(at: now)
        if self.sessions.count >= Self.maximumSessions,
            let oldest = self.sessions.min(by: { $0.value.used < $1.value.used })?.key
        {
            self.sessions[oldest] = nil
        }
        self.sessions[SHA256.hash(data: id)] = Session(who: who, began: now, used: now)
    }

    /// Who the session is of; `nil` when there is none or it has ended.
    mutating func use(id: [UInt8], at now: ContinuousClock.Instant) -> String? {
        let key = SHA256.hash(data: id)
        guard let session = self.sessions[key] else { return nil }
        guard !Self.hasEnded(session, at: now) else {
            self.sessions[key] = nil
            return nil
        }
        self.sessions[key]?.used = now
        return session.who
    }

    mutating func remove(id: [UInt8]) {
        self.sessions[SHA256.hash(data: id)] = nil
    }

    private mutating func removeEnded(at now: ContinuousClock.Instant) {
        self.sessions = self.sessions.filter { !Self.hasEnded($0.value, at: now) }
    }

    private static func hasEnded(_ session: Session, at now: ContinuousClock.Instant) -> Bool {
        now - session.used >= Self.idleLimit || now - session.began >= Self.lifetime
    }
}
