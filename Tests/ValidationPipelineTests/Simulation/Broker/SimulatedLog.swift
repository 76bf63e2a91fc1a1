import LoginContracts
import ValidationPipeline

/// The login topic: its partitions and their records.
final class SimulatedLog {
    private(set) var partitions: [SourcePartition] = []
    /// By partition number, ascending by offset.
    private(set) var records: [[IncomingLogin]] = []

    init(partitions: Int) {
        for _ in 0..<partitions { self.addPartition() }
    }

    var count: Int { self.records.reduce(0) { $0 + $1.count } }

    func addPartition() {
        self.partitions.append(Logins.partition(Int32(self.partitions.count)))
        self.records.append([])
    }

    /// - Parameter gap: offsets that no record has, before this one.
    /// - Returns: the record as it was appended.
    func produce(_ partition: Int, gap: Int64, _ content: Content) -> IncomingLogin {
        let offset = (self.records[partition].last?.record.offset ?? -1) + 1 + gap
        let login = Logins.login(
            offset,
            of: self.partitions[partition],
            key: content.key,
            playerId: content.playerId,
            kgAppId: content.kgAppId,
            host: content.host,
            isDefective: content.isDefective
        )
        self.records[partition].append(login)
        return login
    }

    struct Content {
        var key: String?
        var playerId: String?
        var kgAppId: String
        var host: String
        var isDefective = false
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

    func record(_ partition: Int, _ offset: Int64) -> IncomingLogin? {
        self.fetch(partition, from: offset, limit: 1).first { $0.record.offset == offset }
    }
}
