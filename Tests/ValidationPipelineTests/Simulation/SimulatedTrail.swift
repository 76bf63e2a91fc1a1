import LoginContracts
import ValidationPipeline

/// A trail in memory that survives its instance, with the rules of the real one: a record once, a mark once.
final class SimulatedTrail {
    let id: String
    private(set) var entries: [ValidationEntry] = []
    /// When each entry became durable, in the world's count of steps.
    private(set) var durableAt: [Int] = []
    private(set) var indices: [RecordIdentity: Int64] = [:]
    private(set) var marks: [Int64: DeliveryMark.Fate] = [:]
    /// A failed append whose commit may yet be found after the end of the process.
    private var limbo: (entries: [ValidationEntry], marks: [DeliveryMark])?

    init(id: String) {
        self.id = id
    }

    var nextIndex: Int64 { Int64(self.entries.count) }

    /// Whether the rules allow it: a real trail would refuse it for ever.
    func violation(of entries: [ValidationEntry], marks: [DeliveryMark]) -> String? {
        var identities: Set<RecordIdentity> = []
        for entry in entries {
            guard self.indices[entry.identity] == nil, identities.insert(entry.identity).inserted else {
                return "\(self.id): the record \(entry.eventID) is recorded twice"
            }
        }
        var marked: Set<Int64> = []
        for mark in marks {
            guard self.marks[mark.index] == nil, marked.insert(mark.index).inserted else {
                return "\(self.id): the entry \(mark.index) is marked twice"
            }
            guard mark.index < self.nextIndex else { return "\(self.id): mark of the unknown entry \(mark.index)" }
        }
        return nil
    }

    func append(_ entries: [ValidationEntry], marks: [DeliveryMark], step: Int) -> Range<Int64> {
        self.limbo = nil
        let first = self.nextIndex
        for entry in entries {
            self.indices[entry.identity] = self.nextIndex
            self.entries.append(entry)
            self.durableAt.append(step)
        }
        for mark in marks { self.marks[mark.index] = mark.fate }
        return first..<self.nextIndex
    }

    /// The append fails, and nobody knows whether its commit reached the disk.
    func fail(_ entries: [ValidationEntry], marks: [DeliveryMark]) {
        self.limbo = (entries, marks)
    }

    /// The process ends; what was in limbo turns out to be there, or not.
    func processEnded(isLimboDurable: Bool, step: Int) {
        guard let limbo else { return }
        if isLimboDurable { _ = self.append(limbo.entries, marks: limbo.marks, step: step) }
        self.limbo = nil
    }

    func recorded(_ identities: [RecordIdentity]) -> [RecordIdentity: RecordedDecision] {
        var found: [RecordIdentity: RecordedDecision] = [:]
        for identity in identities {
            guard let index = self.indices[identity] else { continue }
            found[identity] = RecordedDecision(
                index: index,
                entry: self.entries[Int(index)],
                isCommitted: self.marks[index] == .committed
            )
        }
        return found
    }

    func recordedThrough(_ partition: SourcePartition) -> Int64? {
        self.entries.lazy.filter { $0.identity.partition == partition }.map(\.identity.offset).max()
    }

    func inDoubt(_ partition: SourcePartition) -> [(index: Int64, offset: Int64)] {
        self.entries.indices.compactMap { position in
            let identity = self.entries[position].identity
            guard identity.partition == partition, self.marks[Int64(position)] == nil else { return nil }
            return (Int64(position), identity.offset)
        }
    }
}
