import LoginContracts
import ValidationPipeline

/// A simulated Kafka: the login topic's records and what the group has committed.
final class SimulatedLog {
    let partitions: [SourcePartition]
    /// By partition number, ascending by offset.
    private(set) var records: [[IncomingLogin]]
    var committed: [(offset: Int64, metadata: String)?]

    init(partitions: Int) {
        self.partitions = (0..<partitions).map { Logins.partition(Int32($0)) }
        self.records = Array(repeating: [], count: partitions)
        self.committed = Array(repeating: nil, count: partitions)
    }

    var count: Int { self.records.reduce(0) { $0 + $1.count } }

    func produce(_ partition: Int, gap: Int64, key: String?, playerId: String?, isDefective: Bool) {
        let offset = (self.records[partition].last?.record.offset ?? -1) + 1 + gap
        self.records[partition].append(
            Logins.login(
                offset,
                of: self.partitions[partition],
                key: key,
                playerId: playerId,
                isDefective: isDefective
            )
        )
    }

    /// Records from `position` on.
    func fetch(_ partition: Int, from position: Int64, limit: Int) -> [IncomingLogin] {
        let records = self.records[partition]
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].record.offset < position { low = middle + 1 } else { high = middle }
        }
        return Array(records[low...].prefix(limit))
    }
}
