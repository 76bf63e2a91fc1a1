import Foundation

/// The rounds of a fuzz test: each has a seed from which its input follows, and which a failure prints.
///
/// Half of the rounds are the same in every run, half are new; both end early when the time is up. To repeat a failure,
/// run its test alone with the printed seed: `FUZZ_SEED=0x… ./ops/test --filter NAME` plays that one round. A crash
/// prints no seed; with `FUZZ_TRACE=1` every round prints its own before it begins, and the last one is at fault.
package struct FuzzRounds: Sequence, IteratorProtocol {
    private let name: String
    private let rounds: Int
    private let fresh: UInt64
    private let end: ContinuousClock.Instant
    private var position = 0

    private static let replayed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { text in
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
    private static let isTraced = ProcessInfo.processInfo.environment["FUZZ_TRACE"] != nil

    /// - Parameters:
    ///   - name: stands in what is printed, and makes the seeds of two tests differ.
    ///   - limit: no round begins after this time.
    package init(_ name: String, rounds: Int, limit: Duration = .seconds(3)) {
        self.name = name
        self.rounds = Self.replayed == nil ? rounds : 1
        self.fresh = UInt64.random(in: .min ... .max)
        self.end = .now + limit
    }

    package mutating func next() -> FuzzRound? {
        guard self.position < self.rounds, self.position == 0 || ContinuousClock.now < self.end else { return nil }
        let index = UInt64(self.position)
        self.position += 1
        let seed = Self.replayed ?? self.seed(of: index)
        if Self.isTraced { print("\(self.name): FUZZ_SEED=0x\(String(seed, radix: 16))") }
        return FuzzRound(seed: seed)
    }

    private func seed(of index: UInt64) -> UInt64 {
        // FNV-1a, because a Hasher's results differ from run to run.
        let name = self.name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var generator = SeededGenerator(seed: (index.isMultiple(of: 2) ? name : self.fresh) &+ index &* 0x5851_F42D)
        return generator.next()
    }
}

/// One round: its source of random numbers, and what a failure says.
package struct FuzzRound: Sendable {
    package let seed: UInt64
    package var random: SeededGenerator

    /// Bytes of an input that a failure shows.
    static let maximumShownBytes = 2000

    package init(seed: UInt64) {
        self.seed = seed
        self.random = SeededGenerator(seed: seed)
    }

    /// What repeats this round, and its input as text with escapes.
    package func replay(_ input: some Sequence<UInt8>) -> String {
        let bytes = Array(input)
        let shown = bytes.prefix(Self.maximumShownBytes).map { byte in
            switch byte {
            case 0x5C: #"\\"#
            case 0x20..<0x7F: String(UnicodeScalar(byte))
            default: #"\x"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        let rest = bytes.count > Self.maximumShownBytes ? "… (\(bytes.count) bytes)" : ""
        return "FUZZ_SEED=0x\(String(self.seed, radix: 16)); input: \(shown.joined())\(rest)"
    }

    package func replay(_ input: String) -> String { self.replay(input.utf8) }
}
