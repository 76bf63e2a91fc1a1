import Foundation
import Testing

@testable import AuditTrail

/// Flips single bits of a file, each in a copy of what it was.
struct FlippedBits {
    let path: String
    let attempts: Int

    /// - Parameters:
    ///   - isNoticed: whether the damage is found; what it throws is a finding too.
    ///   - unnoticed: holds the damaged file against what it was, when nobody has noticed.
    /// - Returns: how many were noticed. A failure names the seed and the byte.
    func check(
        isNoticed: () throws -> Bool,
        unnoticed: (Comment) throws -> Void
    ) throws -> (noticed: Int, seed: Comment) {
        let file = URL(fileURLWithPath: self.path)
        let original = try Data(contentsOf: file)
        var random = SeededGenerator(state: UInt64.random(in: 0...(.max)))
        let seed = random.state
        var noticed = 0
        for attempt in 0..<self.attempts {
            var bytes = original
            let byte = Int.random(in: 0..<bytes.count, using: &random)
            bytes[byte] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
            try bytes.write(to: file)
            let isFound: Bool
            do { isFound = try isNoticed() } catch { isFound = true }
            if isFound {
                noticed += 1
            } else {
                try unnoticed("seed \(seed), attempt \(attempt), byte \(byte)")
            }
        }
        return (noticed, "seed \(seed)")
    }
}
