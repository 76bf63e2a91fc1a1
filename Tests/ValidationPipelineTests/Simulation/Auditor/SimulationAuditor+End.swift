import LoginContracts
import ValidationPipeline

/// Rules about what is left when faults have ceased long ago.
extension SimulationAuditor {
    func ended(log: SimulatedLog, instances: [SimulatedInstance]) {
        for (number, records) in log.records.enumerated() {
            for login in records where self.completed[number]?[login.record.offset] == nil {
                self.report("\(Self.eventID(login)) is lost")
            }
        }
        for instance in instances {
            self.checkMarks(of: instance.trail, hasLostMarks: instance.hasLostMarks)
            if instance.isUp, !instance.observed.unrecordedTransitions.isEmpty {
                self.report("\(instance.observed.name) did not record what its guard did")
            }
        }
    }

    /// Marks say what became of entries, and say it of every entry whose process lived on.
    private func checkMarks(of trail: SimulatedTrail, hasLostMarks: Bool) {
        let published = self.published.filter { $0.trail === trail }
        let own = Set(published.map(\.index))
        for one in published where self.isExactlyOnce && !hasLostMarks && trail.marks[one.index] != .committed {
            // Of those in doubt only a wrong mark is a mistake.
            if trail.marks[one.index] == nil, self.unknowable.contains(one.eventID) { continue }
            self.report("\(trail.id): the published entry \(one.index) has no mark")
        }
        for (index, fate) in trail.marks.sorted(by: { $0.key < $1.key }) {
            guard let entry = trail.entry(index) else { continue }
            let partition = Int(entry.identity.partition.partition)
            let isOurs = self.completed[partition]?[entry.identity.offset] === trail
            if fate == .committed, entry.decision != .pass, !own.contains(index) {
                self.report("\(trail.id): the entry \(index) is marked as committed and was not published")
            }
            if fate == .committed, self.isExactlyOnce, !isOurs {
                self.report("\(trail.id): the entry \(index) is marked as committed and another instance completed it")
            }
            if fate == .superseded, own.contains(index) {
                self.report("\(trail.id): the entry \(index) is marked as superseded and was published")
            }
        }
    }
}
