import LoginContracts
import ValidationPipeline

/// A trail in memory that survives its instance, with the rules of the real one: a record once, a mark once, numbers
/// without a gap.
final class SimulatedTrail {
    let id: String
    /// By number; `nil` where a delivery, or something that happened to the service, is recorded.
    private(set) var entries: [ValidationEntry?] = []
    private(set) var indices: [RecordIdentity: Int64] = [:]
    private(set) var marks: [Int64: DeliveryMark.Fate] = [:]
    /// Entries that the policy has removed; the auditor still knows them.
    private var removedBelow: Int64 = 0
    /// An append that failed in its commit and may yet be found when the process has ended.
    private var limbo: Append?

    struct Append {
        var entries: [ValidationEntry]
        var marks: [DeliveryMark]
        var transitions: [GuardTransition]
    }

    /// What a failed append did to the disk.
    enum Failure: CaseIterable {
        case nothing
        /// Its commit reached the disk although it reported an error.
        case persisted
        /// Only the end of the process will show which.
        case limbo
    }

    init(id: String) {
        self.id = id
    }

    var nextIndex: Int64 { Int64(self.entries.count) }

    func entry(_ index: Int64) -> ValidationEntry? {
        index >= 0 && index < self.nextIndex ? self.entries[Int(index)] : nil
    }

    /// Whether the rules allow it: a real trail would refuse it for ever.
    func violation(of append: Append) -> String? {
        var identities: Set<RecordIdentity> = []
        for entry in append.entries
        where self.indices[entry.identity] != nil || !identities.insert(entry.identity).inserted {
            return "\(self.id): the record \(entry.eventID) is recorded twice"
        }
        var marked: Set<Int64> = []
        for mark in append.marks {
            guard self.marks[mark.index] == nil, marked.insert(mark.index).inserted else {
                return "\(self.id): the entry \(mark.index) is marked twice"
            }
            guard self.entry(mark.index) != nil else { return "\(self.id): mark of the unknown entry \(mark.index)" }
        }
        return nil
    }

    func append(_ append: Append) -> Range<Int64> {
        self.limbo = nil
        let first = self.nextIndex
        for entry in append.entries {
            self.indices[entry.identity] = self.nextIndex
            self.entries.append(entry)
        }
        let indices = first..<self.nextIndex
        var last: DeliveryMark?
        for mark in append.marks.sorted(by: { $0.index < $1.index }) {
            self.marks[mark.index] = mark.fate
            // A run of marks is one delivery, and so one entry.
            if last.map({ $0.index + 1 != mark.index || $0.fate != mark.fate }) ?? true { self.entries.append(nil) }
            last = mark
        }
        for _ in append.transitions { self.entries.append(nil) }
        return indices
    }

    /// Leaves out what an earlier, failed append has left here.
    ///
    /// - Returns: the numbers of the entries, if those are all here and one behind the other.
    func repeated(_ append: inout Append, _ ghost: Append) -> Range<Int64>? {
        append.marks.removeAll { ghost.marks.contains($0) && self.marks[$0.index] == $0.fate }
        append.transitions.removeAll { ghost.transitions.contains($0) }
        guard let first = append.entries.first.flatMap({ self.indices[$0.identity] }),
            zip(first..., append.entries).allSatisfy({ self.entry($0) == $1 })
        else { return nil }
        let indices = first..<(first + Int64(append.entries.count))
        append.entries = []
        return indices
    }

    func fail(_ append: Append, _ failure: Failure) {
        switch failure {
        case .nothing: break
        case .persisted: _ = self.append(append)
        case .limbo: self.limbo = append
        }
    }

    /// The process ends; what was in limbo turns out to be there, or not.
    func processEnded(isLimboDurable: Bool) {
        guard let limbo else { return }
        if isLimboDurable { _ = self.append(limbo) }
        self.limbo = nil
    }

    /// The policy removes entries from the old end, as far as it is known what became of them.
    func removeOldest() {
        let inDoubt = self.entries.indices.first { self.entries[$0] != nil && self.marks[Int64($0)] == nil }
        self.removedBelow = Int64(inDoubt ?? self.entries.count)
    }

    func recorded(_ identities: [RecordIdentity]) -> RecordedDecisions {
        var found: RecordedDecisions = [:]
        for identity in identities {
            guard let index = self.indices[identity], let entry = self.entry(index) else { continue }
            if index < self.removedBelow {
                found.removed.insert(identity)
                continue
            }
            found.decisions[identity] = RecordedDecision(
                index: index,
                entry: entry,
                isCommitted: self.marks[index] == .committed
            )
        }
        return found
    }

    func recordedThrough(_ partition: SourcePartition) -> Int64? {
        self.entries.lazy.compactMap { $0?.identity }.filter { $0.partition == partition }.map(\.offset).max()
    }

    func inDoubt(_ partition: SourcePartition) -> [(index: Int64, offset: Int64)] {
        self.entries.indices.compactMap { position in
            guard let identity = self.entries[position]?.identity, identity.partition == partition,
                self.marks[Int64(position)] == nil
            else { return nil }
            return (Int64(position), identity.offset)
        }
    }
}
