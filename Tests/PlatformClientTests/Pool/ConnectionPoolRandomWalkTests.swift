import HostileInput
import NIOCore
import Testing

@testable import PlatformClient

/// Every order of events that a seed produces, checked against an account of its own.
@Suite struct ConnectionPoolRandomWalkTests {
    @Test(arguments: 0..<200)
    func everyRequestEndsOnceAndNoConnectionIsInDoubt(seed: Int) {
        var walk = Walk(seed: UInt64(seed))
        for _ in 0..<500 { walk.step() }
        walk.drain()
        #expect(walk.faults == [])
        #expect(walk.submitted == walk.ended.count)
        #expect(walk.submitted > 50)
    }
}

/// Plays the shell and the network, and keeps its own account of who has what.
private struct Walk {
    enum Place: Hashable { case connecting, idle, leased(Machine.RequestID), closing }

    var random: SeededGenerator
    var pool: Machine
    let maximum: Int
    var now: Int64 = 0
    var places: [Machine.ConnectionID: Place] = [:]
    var live: Set<Machine.RequestID> = []
    var ended: Set<Machine.RequestID> = []
    var submitted = 0
    var faults: [String] = []

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
        self.maximum = Int.random(in: 1...6, using: &self.random)
        self.pool = Machine(maximumConnections: self.maximum, maximumWaiters: 5, age: .seconds(20))
    }

    mutating func step() {
        self.now += Int64.random(in: 0...400, using: &self.random)
        switch Int.random(in: 0..<12, using: &self.random) {
        case 0...3: self.submit()
        case 4:
            if let id = self.live.sorted(by: { $0.slot < $1.slot }).randomElement(using: &self.random) {
                self.cancel(id)
            }
        case 5, 6: self.finishConnect()
        case 7, 8: self.answer()
        case 9: self.breakConnection()
        case 10: self.close()
        default: self.time()
        }
        self.open()
        self.check()
    }

    /// Ends everything: every attempt, every answer, every socket.
    mutating func drain() {
        let action = self.pool.shutDown()
        for request in action.failing { self.end(request) }
        for connection in action.closing { self.places[connection] = .closing }
        let abort = self.pool.abort()
        for request in abort.failing { self.end(request) }
        for connection in abort.closing { self.places[connection] = .closing }
        while !self.connections({ _ in true }).isEmpty { self.close() }
        self.expect(self.pool.isDrained && self.live.isEmpty && self.pool.nextDeadline == nil, "Something is left")
    }

    // MARK: Events

    private mutating func submit() {
        switch self.pool.submit(now: at(self.now)) {
        case .send(let request, on: let connection):
            self.begin(request)
            self.expect(self.places[connection] == .idle, "Sent on a connection that is not idle")
            self.places[connection] = .leased(request)
        case .wait(let request):
            self.begin(request)
            self.expect(!self.places.values.contains(.idle), "A request waits beside an idle connection")
        case .refuseBecauseFull:
            self.expect(self.pool.statistics.waiting >= 5, "Refused while there was room")
        case .refuseBecauseShutDown:
            self.faults.append("Refused by a pool that runs")
        }
    }

    private mutating func cancel(_ id: Machine.RequestID) {
        switch self.pool.cancel(id) {
        case .none: self.faults.append("A live request was not found")
        case .removed: self.end(id)
        case .close(let connection):
            self.expect(self.places[connection] == .leased(id), "The wrong connection is closed")
            self.places[connection] = .closing
            self.end(id)
        }
        self.expect(self.pool.cancel(id) == .none, "Cancelled twice")
    }

    private mutating func finishConnect() {
        guard let id = self.connections({ $0 == .connecting }).randomElement(using: &self.random) else { return }
        if Bool.random(using: &self.random) {
            switch self.pool.connected(id, now: at(self.now)) {
            case .send(let request): self.places[id] = .leased(request)
            case .keepIdle: self.places[id] = .idle
            case .close: self.faults.append("A connection in time was turned away")
            }
        } else {
            let failing = self.pool.connectFailed(
                id,
                now: at(self.now),
                jitter: .random(in: 0..<1, using: &self.random)
            )
            self.places[id] = .closing
            for request in failing { self.end(request) }
        }
    }

    private mutating func answer() {
        guard let id = self.leased.randomElement(using: &self.random), case .leased(let request)? = self.places[id]
        else {
            return
        }
        let isReusable = Int.random(in: 0..<4, using: &self.random) > 0
        self.end(request)
        switch self.pool.answered(id, isReusable: isReusable, now: at(self.now)) {
        case .send(let next):
            self.expect(isReusable, "A connection in doubt is used again")
            self.expect(self.live.contains(next), "Sent for a request that is over")
            self.places[id] = .leased(next)
        case .keepIdle:
            self.expect(isReusable && self.pool.statistics.waiting == 0, "Idle in doubt, or beside a waiter")
            self.places[id] = .idle
        case .close:
            self.places[id] = .closing
        }
    }

    private mutating func breakConnection() {
        let made = self.connections { $0 != .connecting && $0 != .closing }
        guard let id = made.randomElement(using: &self.random) else { return }
        let action = self.pool.broken(id, canRepeat: Bool.random(using: &self.random))
        let holder: Machine.RequestID? = if case .leased(let request)? = self.places[id] { request } else { nil }
        switch action {
        case .none:
            self.expect(self.places[id] == .idle, "A request is forgotten")
        case .fail(let request):
            self.expect(request == holder, "The wrong request fails")
            self.end(request)
        case .sendAgain(let request, on: let other):
            self.expect(request == holder && self.places[other] == .idle, "Sent again on a connection that is not idle")
            self.places[other] = .leased(request)
        case .waitAgain(let request):
            self.expect(request == holder, "The wrong request waits again")
        }
        self.places[id] = .closing
    }

    private mutating func close() {
        guard let id = self.connections({ $0 == .closing }).randomElement(using: &self.random) else { return }
        self.pool.closed(id)
        self.places[id] = nil
    }

    private mutating func time() {
        while let action = self.pool.timePassed(now: at(self.now), jitter: .random(in: 0..<1, using: &self.random)) {
            switch action {
            case .failWaiting(let request):
                self.end(request)
            case .failInFlight(let request, close: let connection):
                self.expect(self.places[connection] == .leased(request), "The wrong connection is closed")
                self.places[connection] = .closing
                self.end(request)
            case .abandonConnect(let connection, failing: let requests):
                self.expect(self.places[connection] == .connecting, "Abandoned without being tried")
                self.places[connection] = .closing
                for request in requests { self.end(request) }
            case .closeIdle(let connection):
                self.expect(self.places[connection] == .idle, "Closed while in use")
                self.places[connection] = .closing
            }
        }
        self.expect(
            self.pool.nextDeadline.map { $0 > at(self.now) || !self.isConnectDue } ?? true,
            "A deadline is left"
        )
    }

    private mutating func open() {
        while let id = self.pool.connectionWanted(now: at(self.now)) {
            self.expect(self.places[id] == nil, "A connection in use is opened")
            self.places[id] = .connecting
        }
    }

    // MARK: Account

    private mutating func begin(_ request: Machine.RequestID) {
        self.submitted += 1
        self.expect(self.live.insert(request).inserted && !self.ended.contains(request), "A request id is used twice")
    }

    private mutating func end(_ request: Machine.RequestID) {
        self.expect(self.live.remove(request) != nil, "A request ends that is not live")
        self.expect(self.ended.insert(request).inserted, "A request ends twice")
    }

    private mutating func check() {
        self.expect(self.places.count <= self.maximum, "More connections than the maximum")
        let statistics = self.pool.statistics
        self.expect(statistics.leased == self.leased.count, "Leases differ")
        self.expect(statistics.idle == self.connections { $0 == .idle }.count, "Idle connections differ")
        self.expect(statistics.waiting + statistics.leased == self.live.count, "A request is lost")
        self.expect(statistics.waiting == 0 || statistics.idle == 0, "A waiter starves beside an idle connection")
        let holders = self.leased.compactMap { id -> Machine.RequestID? in
            if case .leased(let request)? = self.places[id] { request } else { nil }
        }
        self.expect(Set(holders).count == holders.count, "A request is on two connections")
        let canStart = statistics.waiting == 0 || self.places.count == self.maximum || statistics.connecting > 0
        self.expect(canStart || self.pool.nextDeadline != nil, "A waiter that nothing will wake")
    }

    private var isConnectDue: Bool {
        var copy = self.pool
        return copy.connectionWanted(now: at(self.now)) == nil
    }

    private var leased: [Machine.ConnectionID] {
        self.connections { if case .leased = $0 { true } else { false } }
    }

    private func connections(_ isWanted: (Place) -> Bool) -> [Machine.ConnectionID] {
        self.places.filter { isWanted($0.value) }.keys.sorted { $0.slot < $1.slot }
    }

    private mutating func expect(_ isTrue: Bool, _ fault: String) {
        if !isTrue { self.faults.append("\(fault) at \(self.now)") }
    }
}
