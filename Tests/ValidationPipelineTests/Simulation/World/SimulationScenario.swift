import LoginContracts

@testable import ValidationPipeline

/// What kind of run a seed makes: how many of everything, how it is configured, and when which faults are.
struct SimulationScenario {
    let theme: Theme
    let isExactlyOnce: Bool
    let partitions: Int
    let instances: Int
    let records: Int
    /// Faults cease at this time.
    let calm: Duration
    let pipeline: PipelineConfiguration
    /// Whether an instance that comes back soon enough keeps its place in the group.
    let isStaticMembership: Bool
    /// An instance that was not heard of for so long is expelled from the group.
    let sessionTimeout: Duration
    let rates: Rates
    var outages = Outages()

    enum Theme: CaseIterable {
        /// Faults of every kind, most of all of the broker, the disk and the processes; the platform kicks many, and no
        /// guard minds.
        case everything
        /// Apps with wrong keys, storms of kicks and maintenance, under the real guard; some other faults.
        case platformTrouble
        /// One app has trouble and nothing else is wrong: the others must not notice.
        case oneAppTrouble
    }

    /// Chances from 0 to 1.
    struct Rates {
        /// That the platform fails an attempt for no reason.
        var attemptFails = 0.0
        /// That an event fails whenever it is asked about.
        var poison = 0.0
        /// That a call to the broker fails, gets no answer, or is late.
        var brokerCallFails = 0.0
        /// That the disk fails a call.
        var diskFails = 0.0
    }

    struct Outages {
        /// By platform host.
        var hosts: [String: [ClosedRange<Duration>]] = [:]
        var disks: [ClosedRange<Duration>] = []
        var brokers: [ClosedRange<Duration>] = []
        var apps: [AppTrouble] = []
    }

    struct AppTrouble {
        let kgAppId: String
        let kind: Kind
        let time: ClosedRange<Duration>

        enum Kind: CaseIterable {
            /// Every call is answered 401 with a code that says nothing about the token.
            case wrongKey
            /// Every token is invalid.
            case storm
            /// 473.
            case maintenance
        }
    }

    /// Apps, and the hosts that judge them.
    static let apps: [(kgAppId: String, host: String)] = [("100", "near"), ("200", "near"), ("300", "far")]

    init(theme: Theme?, isExactlyOnce: Bool?, using random: inout SeededRandom) {
        let drawn: Theme =
            switch random.int(0...9) {
            case 0...5: .everything
            case 6...8: .platformTrouble
            default: .oneAppTrouble
            }
        let theme = theme ?? drawn
        self.theme = theme
        let drawnDelivery = random.chance(0.75)
        self.isExactlyOnce = isExactlyOnce ?? drawnDelivery
        self.partitions = random.int(1...4)
        self.instances = theme == .oneAppTrouble ? random.int(1...2) : random.int(1...3)
        self.records = theme == .everything ? random.int(20...300) : random.int(100...400)
        self.calm = .seconds(random.int(20...180))
        self.isStaticMembership = random.chance(0.3)
        self.sessionTimeout = .seconds(random.int(6...30))
        var rates = Rates()
        if theme != .oneAppTrouble {
            rates.attemptFails = random.chance(0.5) ? 0.02 : theme == .everything ? 0.3 : 0.1
            rates.poison = random.chance(0.3) ? 0.05 : 0
            rates.brokerCallFails = random.chance(0.5) ? 0 : random.chance(0.5) ? 0.02 : 0.2
            rates.diskFails = random.chance(0.5) ? 0 : 0.05
        }
        self.rates = rates
        self.pipeline = Self.pipeline(theme, using: &random)
        self.drawOutages(using: &random)
    }

    private static func pipeline(_ theme: Theme, using random: inout SeededRandom) -> PipelineConfiguration {
        var pipeline = PipelineConfiguration(instanceID: "", policyVersion: "1")
        pipeline.maximumCycleRecords = random.int(1...40)
        pipeline.busyCycleRecords = random.int(1...20)
        pipeline.retry.maximumIndividualFailures = random.int(2...8)
        guard theme == .everything else {
            if random.chance(0.3) { pipeline.maximumCallsPerSecond = Double(random.int(20...100)) }
            return pipeline
        }
        pipeline.guard = .lenient
        if random.chance(0.5) { pipeline.limiter = .fixed(random.int(1...12)) }
        pipeline.maximumRecords = random.chance(0.3) ? random.int(1...20) : 8192
        if random.chance(0.2) { pipeline.maximumAge = .seconds(random.int(5...60)) }
        return pipeline
    }

    private mutating func drawOutages(using random: inout SeededRandom) {
        if self.theme != .oneAppTrouble {
            for host in Set(Self.apps.map(\.host)).sorted() {
                self.outages.hosts[host] = self.outages(lasting: 1...60, using: &random)
            }
            self.outages.disks = self.outages(lasting: 1...20, using: &random)
            self.outages.brokers = self.outages(lasting: 1...60, using: &random)
        }
        guard self.theme != .everything else { return }
        for app in Self.apps.prefix(self.theme == .oneAppTrouble ? 1 : 2) where random.chance(0.8) {
            let kind = AppTrouble.Kind.allCases[random.int(0...2)]
            let times = self.outages(lasting: 5...60, using: &random).prefix(1)
            self.outages.apps += times.map { AppTrouble(kgAppId: app.kgAppId, kind: kind, time: $0) }
        }
        // What is wrong with one app can be wrong with another at the same time, as after a rotation of keys.
        if let first = self.outages.apps.first, self.outages.apps.count > 1, random.chance(0.5) {
            let kgAppId = self.outages.apps[1].kgAppId
            self.outages.apps[1] = AppTrouble(kgAppId: kgAppId, kind: first.kind, time: first.time)
        }
    }

    private func outages(
        lasting seconds: ClosedRange<Int>,
        using random: inout SeededRandom
    ) -> [ClosedRange<Duration>] {
        (0..<random.int(0...2)).compactMap { _ in
            let start = random.milliseconds(0...Int(self.calm.milliseconds))
            let end = min(self.calm, start + .seconds(random.int(seconds)))
            return start < end ? start...end : nil
        }
    }
}

extension [ClosedRange<Duration>] {
    func contain(_ time: Duration) -> Bool { self.contains { $0.contains(time) } }
}
