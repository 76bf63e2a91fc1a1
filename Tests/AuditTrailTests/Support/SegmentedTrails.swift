import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// Two trails with the same entries: one in a single file, one in segments.
struct SegmentedTrails: Sendable {
    let plain: TemporaryFolder
    let segmented: TemporaryFolder
    private let writers: [TrailWriter]
    private let signer: NoteSigner
    private var offset: Int64 = 0
    private var last: Range<Int64>?
    /// The last checkpoint of each size, of both.
    private(set) var checkpoints: [SignedCheckpoint] = []

    init() throws {
        self.plain = try TemporaryFolder()
        self.segmented = try TemporaryFolder()
        self.signer = try .sample()
        self.writers = [try TrailWriter(self.plain), try TrailWriter(self.segmented)]
    }

    /// Appends decisions with the deliveries of the last ones, and sometimes a service entry.
    mutating func append(_ count: Int64) throws {
        let entries = (0..<count).map { place in
            let offset = self.offset + place
            return ValidationEntry.sample(offset, playerId: "player-\(offset % 7)")
        }
        let deliveries = self.last.map { [EntryDelivery.committed(ClosedRange($0))] } ?? []
        let services = self.offset % 3 == 0 ? [ServiceEntry.sample(.guardTripped, recordedAt: self.offset)] : []
        for writer in self.writers {
            let range = try writer.append(entries, deliveries: deliveries, services: services)
            self.last = range.isEmpty ? nil : range
        }
        self.offset += count
    }

    /// Delivers what is not delivered, in both, and seals the one.
    mutating func seal() throws {
        try self.deliver()
        try self.writers[1].seal(at: Timestamp(0))
    }

    mutating func deliver() throws {
        guard let last else { return }
        for writer in self.writers { _ = try writer.append([], deliveries: [.committed(ClosedRange(last))]) }
        self.last = nil
    }

    mutating func checkpoint() throws {
        for writer in self.writers { _ = try writer.checkpoint(signedBy: self.signer, at: Timestamp(self.offset)) }
        if let signed = try self.writers[0].checkpoint(signedBy: self.signer, at: Timestamp(self.offset)),
            signed != self.checkpoints.last
        {
            self.checkpoints.append(signed)
        }
    }

    /// A trail of about 5000 entries in segments whose ends are at no particular numbers.
    static func filled() throws -> SegmentedTrails {
        var trails = try SegmentedTrails()
        for (place, count) in [300, 1, 700, 255, 1100, 40, 1500, 600].enumerated() {
            var rest = Int64(count)
            while rest > 0 {
                try trails.append(min(rest, 90))
                rest -= 90
                if rest % 4 == 0 { try trails.checkpoint() }
            }
            if place < 7 { try trails.seal() }
        }
        try trails.checkpoint()
        return trails
    }

    /// The writer of the one in segments.
    var writer: TrailWriter { self.writers[1] }

    func readers() throws -> (plain: TrailReader, segmented: TrailReader) {
        (try TrailReader(path: self.plain.database), try TrailReader(path: self.segmented.database))
    }

    func close() {
        for writer in self.writers { writer.close() }
    }

    var segments: [SegmentFile] {
        get throws { try SegmentFile.all(beside: TrailFile(path: self.segmented.database).path) }
    }
}

extension TrailQuery {
    static func everything(limit: Int = 100) -> TrailQuery {
        var query = TrailQuery()
        query.kinds = Set(Kind.allCases)
        query.limit = limit
        return query
    }
}
