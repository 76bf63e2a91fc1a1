import Synchronization

/// Remembers the first answer that a callback got.
final class Seen: Sendable {
    private let answers = Mutex<[Bool?]>([])

    func isMember(_ answer: Bool?) { self.answers.withLock { $0.append(answer) } }

    var first: Bool? { self.answers.withLock { $0.first ?? nil } }
}
