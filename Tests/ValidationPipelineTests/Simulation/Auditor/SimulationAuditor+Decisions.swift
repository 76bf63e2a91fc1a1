import LoginContracts
import ValidationPipeline

/// Rules about what is decided and recorded.
extension SimulationAuditor {
    /// A process says what happens in it.
    func noticed(_ notice: PipelineNotice, by process: ObservedProcess) {
        switch notice {
        case .decided(let record):
            if let kgAppId = record.entry.kgAppId, process.tripped.contains(kgAppId) {
                self.report("\(process.name) decides \(record.entry.eventID) while the guard of its app is tripped")
            }
        case .guardChanged(let transition):
            process.unrecordedTransitions.append(transition)
            switch transition.change {
            case .tripped: process.tripped.insert(transition.kgAppId)
            case .released: process.tripped.remove(transition.kgAppId)
            }
        default: break
        }
    }

    /// A process writes down what it has decided.
    func recorded(_ append: SimulatedTrail.Append, by process: ObservedProcess) {
        for entry in append.entries { self.check(entry, process) }
        for transition in append.transitions {
            if process.unrecordedTransitions.first == transition {
                process.unrecordedTransitions.removeFirst()
            } else {
                self.report("\(process.name) records another change of the guard than happened")
            }
        }
    }

    /// Whether the decision is what the contract makes of the platform's answers.
    private func check(_ entry: ValidationEntry, _ process: ObservedProcess) {
        let eventID = Logins.eventID(entry.identity.partition, entry.identity.offset)
        guard let produced = self.produced[eventID], produced.login.identity == entry.identity else {
            return self.report("\(process.name) records \(eventID), which was never produced")
        }
        guard let event = produced.login.event else {
            if entry.decision == .rejected, entry.reason == .malformed { return }
            return self.report("\(process.name) decides \(entry.decision) about the malformed \(eventID)")
        }
        let answers = process.answers[eventID] ?? []
        switch entry.decision {
        case .undetermined: self.checkBudget(of: event, process)
        case .stale:
            if process.configuration.maximumAge == nil { self.report("\(process.name) takes \(eventID) for too old") }
        case .pass, .kick, .lockout, .rejected:
            let fitting = answers.filter { ContractTable.decision($0.verdict, of: event) == entry.decision }
            if fitting.isEmpty {
                self.report("\(process.name) decides \(entry.decision) about \(eventID); no answer says so")
            } else if self.theme != .everything, fitting.allSatisfy({ $0.cause == .wrongKey }) {
                self.report("\(process.name) decides \(entry.decision) about \(eventID) because our key is wrong")
            } else if self.theme != .everything, !fitting.contains(where: { $0.cause == .player }) {
                self.noteStormKick(of: event, process)
            }
        }
    }

    private func noteStormKick(of event: LoginEvent, _ process: ObservedProcess) {
        process.stormKicks[event.kgAppId, default: []].insert(event.eventID)
        let count = process.stormKicks[event.kgAppId]?.count ?? 0
        guard count > Self.maximumStormKicks else { return }
        self.report("\(process.name) kicks \(count) players of app \(event.kgAppId) because everybody is refused")
    }

    /// An event may fail for good only by itself: each failure that counts has seen another call succeed.
    private func checkBudget(of event: LoginEvent, _ process: ObservedProcess) {
        let times = process.failures[event.eventID] ?? []
        let successes = process.successes[event.kgAppId] ?? []
        let own = zip(times, times.dropFirst()).count { start, end in
            successes.contains { start <= $0 && $0 <= end }
        }
        guard own < process.configuration.retry.maximumIndividualFailures else { return }
        self.report("\(process.name) gives \(event.eventID) up after \(own) failures of its own")
    }
}
