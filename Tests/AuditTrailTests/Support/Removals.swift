import Foundation
import LoginContracts

@testable import AuditTrail

extension RetentionPolicy {
    /// Removes every segment of ``Timestamp/late``'s past.
    static func sample(archive: String? = nil) -> RetentionPolicy {
        RetentionPolicy(maximumAge: .seconds(400 * 86_400), archive: archive)
    }
}

extension Timestamp {
    /// Long after the samples.
    static let late = Timestamp(1_800_000_000_000)
}

extension TrailWriter {
    /// Appends decisions on records with these offsets and their delivery, and seals the file.
    func appendSegment(_ offsets: Range<Int64>) throws {
        let range = try self.append(ValidationEntry.samples(offsets))
        _ = try self.append([], deliveries: [.committed(ClosedRange(range))])
        try self.seal(at: Timestamp(0))
    }

    /// Removes the oldest segments; returns how many there were to remove.
    @discardableResult
    func removeSegments(_ count: Int, archive: String? = nil) throws -> Int {
        for removed in 0..<count where !(try self.removeOldestSegment(.sample(archive: archive), at: .late)) {
            return removed
        }
        return count
    }
}
