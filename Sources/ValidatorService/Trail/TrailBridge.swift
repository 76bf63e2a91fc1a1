import AuditTrail
import LoginContracts
import ValidationPipeline

/// The audit trail as the engine sees it.
struct TrailBridge: DecisionTrail {
    let writer: TrailWriter
    let trailID: String
    private let players: PlayerVault
    private let instanceID: String
    private let fatal: @Sendable (any Error) -> Void

    init(
        writer: TrailWriter,
        players: PlayerVault,
        instanceID: String,
        fatal: @escaping @Sendable (any Error) -> Void
    ) {
        self.writer = writer
        self.players = players
        self.trailID = writer.trailID
        self.instanceID = instanceID
        self.fatal = fatal
    }

    func append(
        _ entries: [ValidationEntry],
        marks: [DeliveryMark],
        transitions: [GuardTransition]
    ) throws(TrailFailure) -> Range<Int64> {
        do throws(TrailError) {
            // A key is durable before an entry needs it: a crash in between leaves a key too many.
            return try self.writer.append(
                try self.players.seal(entries),
                deliveries: Self.deliveries(of: marks),
                services: transitions.map { ServiceEntry($0, instanceID: self.instanceID) }
            )
        } catch {
            // A commit that failed on the disk was durable after all, and since then some of its partitions were revoked:
            // the numbers of the rest are no range. Trying it again cannot help; a restart finds the entries when Kafka
            // delivers their records again, and publishes them as they are.
            if error.code == .alreadyRecorded { self.fatal(error) }
            throw TrailFailure(message: "\(error)")
        }
    }

    func recorded(_ identities: [RecordIdentity]) throws(TrailFailure) -> RecordedDecisions {
        do throws(TrailError) {
            let recorded = try self.writer.recorded(identities)
            let found = Array(recorded.entries)
            let stored = found.map(\.value.entry)
            let entries = try self.players.open(stored)
            var decisions: [RecordIdentity: RecordedDecision] = [:]
            for (recorded, entry) in zip(found, entries) {
                decisions[recorded.key] = RecordedDecision(
                    index: recorded.value.index,
                    entry: entry,
                    isCommitted: recorded.value.delivery?.state == .committed
                )
            }
            return RecordedDecisions(decisions: decisions, removed: recorded.removed)
        } catch {
            throw TrailFailure(message: "\(error)")
        }
    }

    /// Joins the marks of consecutive entries: a cycle's are one range, and one row.
    static func deliveries(of marks: [DeliveryMark]) -> [EntryDelivery] {
        var deliveries: [EntryDelivery] = []
        for mark in marks.sorted(by: { $0.index < $1.index }) {
            let state: EntryDelivery.State
            switch mark.fate {
            case .committed: state = .committed
            case .superseded: state = .superseded
            }
            if let last = deliveries.last, last.state == state, last.at == mark.at,
                last.indices.upperBound + 1 == mark.index
            {
                deliveries[deliveries.count - 1].indices = last.indices.lowerBound...mark.index
            } else {
                deliveries.append(EntryDelivery(indices: mark.index...mark.index, state: state, at: mark.at))
            }
        }
        return deliveries
    }
}
