import LoginContracts
import ValidationPipeline

/// Rules about what is committed.
extension SimulationAuditor {
    /// Offsets count from now on: every record that they complete must be recorded and, if it has to be, published.
    ///
    /// - Parameters:
    ///   - records: what the same transaction publishes.
    ///   - offsets: by partition number.
    func committed(
        _ offsets: [Int: (offset: Int64, metadata: String)],
        with records: [OutgoingRecord],
        by trail: SimulatedTrail,
        log: SimulatedLog
    ) {
        var published = self.publishedSources
        for record in records {
            switch record.content {
            case .outcome(let outcome):
                let source = outcome.data.source
                published.insert(Logins.eventID(Logins.partition(source.partition), source.offset))
            case .deadLetter(let letter):
                published.insert(Logins.eventID(letter.record.partition, letter.record.offset))
            }
        }
        for (partition, committed) in offsets.sorted(by: { $0.key < $1.key }) {
            let text = CommittedText(offset: committed.offset, metadata: committed.metadata)
            for login in log.records[partition] {
                self.check(login, isComplete: text.isComplete(login.record.offset), partition, published, trail)
            }
        }
    }

    private func check(
        _ login: IncomingLogin,
        isComplete: Bool,
        _ partition: Int,
        _ published: Set<String>,
        _ trail: SimulatedTrail
    ) {
        let offset = login.record.offset
        let wasComplete = self.completed[partition]?[offset] != nil
        let eventID = Self.eventID(login)
        if wasComplete, !isComplete { self.report("\(eventID) was complete and is not any more") }
        guard isComplete, !wasComplete else { return }
        self.completed[partition, default: [:]][offset] = trail
        self.checkDelay(login, eventID)
        guard let entry = trail.indices[login.identity].flatMap(trail.entry) else {
            return self.report("\(eventID) is committed without an entry of \(trail.id)")
        }
        if entry.decision != .pass, !published.contains(eventID) {
            self.report("\(eventID) is committed and was not published")
        }
    }

    /// One app's trouble is not another's.
    private func checkDelay(_ login: IncomingLogin, _ eventID: String) {
        guard self.theme == .oneAppTrouble, let event = login.event,
            event.kgAppId != SimulationScenario.apps[0].kgAppId,
            let produced = self.produced[eventID], self.now - produced.at > Self.maximumDelayByOthers
        else { return }
        self.report("\(eventID) of app \(event.kgAppId) took \(self.now - produced.at) while another app had trouble")
    }
}
