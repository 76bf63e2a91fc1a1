import LoginContracts
import ValidationPipeline

/// Rules about the calls to the platform.
extension SimulationAuditor {
    func asked(_ call: ObservedProcess.Call, by process: ObservedProcess) {
        let eventID = call.event.eventID
        if process.trail.indices[call.login.identity] != nil {
            self.report("\(process.name) asks about \(eventID), which its trail has")
        }
        if process.failures[eventID] == nil { process.failures[eventID] = [self.now] }
        process.lastCall = call.number
        for name in [call.login.platformHost, call.event.kgAppId] {
            let limit = process.configuration.breaker.failuresToOpen
            var watch = process.breakers[name] ?? BreakerWatch(failuresToOpen: limit)
            if !watch.began(call.number) { self.report("\(process.name) calls \(name), which only fails") }
            process.breakers[name] = watch
        }
        if !process.proven.contains(call.event.kgAppId) { process.unprovenCalls.insert(call.number) }
    }

    func answered(_ call: ObservedProcess.Call, _ answer: SimulatedPlatform.Answer, by process: ObservedProcess) {
        let (event, host) = (call.event, call.login.platformHost)
        let isUnproven = process.unprovenCalls.remove(call.number) != nil
        guard case .answered(let verdict, _) = answer.result else {
            process.failures[event.eventID]?.append(self.now)
            self.ended(call, host: false, app: nil, process)
            return
        }
        process.answers[event.eventID, default: []].append((verdict, answer.cause))
        let decision = ContractTable.decision(verdict, of: event)
        let isOfHost = ContractTable.pointsAtHost(verdict)
        self.ended(call, host: !isOfHost, app: decision != nil ? true : isOfHost ? nil : false, process)
        if decision == nil {
            process.failures[event.eventID]?.append(self.now)
        } else {
            process.successes[event.kgAppId, default: []].append(self.now)
        }
        if decision == .pass {
            process.proven.insert(event.kgAppId)
            process.wrongCalls[host]?.removeAll { $0.kgAppId == event.kgAppId }
        } else if ContractTable.pointsAtCredentials(verdict) {
            process.proven.remove(event.kgAppId)
            if isUnproven { self.noteWrongCall(of: event.kgAppId, host: host, process) }
        }
    }

    private func ended(_ call: ObservedProcess.Call, host: Bool?, app: Bool?, _ process: ObservedProcess) {
        for (name, isSuccess) in [(call.login.platformHost, host), (call.event.kgAppId, app)] {
            process.breakers[name]?.ended(call.number, isSuccess: isSuccess, lastCall: process.lastCall)
        }
    }

    private func noteWrongCall(of kgAppId: String, host: String, _ process: ObservedProcess) {
        var calls = process.wrongCalls[host] ?? []
        calls.removeAll { $0.time + .seconds(60) <= self.now }
        calls.append((self.now, kgAppId))
        process.wrongCalls[host] = calls
        // Under a guard that is told not to mind, no rule holds.
        guard self.theme != .everything, calls.count > Self.maximumWrongCalls else { return }
        self.report("\(process.name) makes \(calls.count) calls with wrong credentials within a minute")
    }
}
