package import LoginContracts

/// An endless stream of login events that repeats itself exactly for one seed and configuration.
///
/// Pure: it does no I/O and reads no clock. Tokens are fake and say what a ``SimulatedPlatform`` has to answer
/// (``TokenBehaviour``), so each event comes with the decision it must lead to.
package struct EventGenerator: Sequence, IteratorProtocol, Sendable {
    package let configuration: Configuration
    private var random: SeededRandom
    private var index = 0
    private let kinds: WeightedDraw<EventKind>
    private let forms: WeightedDraw<EventForm>

    package struct Configuration: Hashable, Sendable {
        package var seed: UInt64
        package var mix: EventMix
        /// The apps that events name; not empty.
        package var apps: [String]
        /// How many players there are; a few of them log in again and again.
        package var players: Int
        /// When the first event occurs, and how long after it the next, unless ``EventGenerator/next(at:)`` is told.
        package var start: Timestamp
        package var interval: Duration

        package init(
            seed: UInt64 = 1,
            mix: EventMix = .believable,
            apps: [String] = SimulatedApp.examples.map(\.kgAppId),
            players: Int = 20_000,
            start: Timestamp = Timestamp(1_767_225_600_000),
            interval: Duration = .milliseconds(5)
        ) {
            self.seed = seed
            self.mix = mix
            self.apps = apps
            self.players = players
            self.start = start
            self.interval = interval
        }
    }

    /// The length of a generated token, in characters, as real ones have.
    package static let tokenLength = 180

    /// Traps without an app, without a player or without a weight above zero.
    package init(_ configuration: Configuration = Configuration()) {
        precondition(!configuration.apps.isEmpty, "Events need an app to name")
        precondition(configuration.players > 0, "Events need a player to name")
        self.configuration = configuration
        self.random = SeededRandom(seed: configuration.seed)
        self.kinds = WeightedDraw(configuration.mix.kinds)
        self.forms = WeightedDraw(configuration.mix.forms)
    }

    /// The next event, at the time its place in the stream gives it. Never `nil`.
    package mutating func next() -> GeneratedEvent? {
        self.next(at: self.configuration.start.advanced(by: self.configuration.interval * self.index))
    }

    /// The next event, as one that occurs at the given time.
    package mutating func next(at occurredAt: Timestamp) -> GeneratedEvent {
        defer { self.index += 1 }
        let kind = self.kinds.draw(using: &self.random)
        let form = self.forms.draw(using: &self.random)
        let fields = self.fields(of: kind, occurredAt: occurredAt)
        let traceparent = self.traceparent()
        guard kind == .malformed, let malformed = MalformedKind.allCases.randomElement(using: &self.random) else {
            return GeneratedEvent(
                index: self.index,
                record: EventEncoding(form: form, traceparent: traceparent).record(of: fields),
                kind: kind,
                form: form,
                accessToken: fields.accessToken,
                kgAppId: fields.kgAppId,
                playerId: fields.playerId,
                expected: kind.expected ?? .init(.rejected, .malformed)
            )
        }
        // Spoiled as plain JSON: there is no envelope that could hold what is not a document.
        let value = malformed.value(spoiling: fields, using: &self.random)
        return GeneratedEvent(
            index: self.index,
            record: EventEncoding(form: .plain, traceparent: traceparent).record(key: fields.playerId, value: value),
            kind: kind,
            malformed: malformed,
            form: .plain,
            kgAppId: malformed == .unknownApp ? MalformedKind.unknownAppID : fields.kgAppId,
            playerId: fields.playerId,
            expected: malformed.expected
        )
    }

    private mutating func traceparent() -> String? {
        guard self.configuration.mix.isVaried, self.random.chance(0.3) else { return nil }
        return "00-\(self.random.hexadecimalDigits(count: 32))-\(self.random.hexadecimalDigits(count: 16))-01"
    }
}

extension EventGenerator {
    private mutating func fields(of kind: EventKind, occurredAt: Timestamp) -> LoginFields {
        var fields = LoginFields(
            eventId: "login-\(self.random.hexadecimalDigits(count: 24))",
            occurredAt: occurredAt.description,
            kgAppId: self.configuration.apps[self.index % self.configuration.apps.count],
            accessToken: self.token(of: kind),
            platform: Platform.allCases.randomElement(using: &self.random),
            playerId: self.player(),
            sessionId: "session-\(self.index)",
            serverId: "kr-\(1 + self.random.next() % 8)"
        )
        guard self.configuration.mix.isVaried else { return fields }
        self.vary(&fields, of: kind)
        return fields
    }

    /// Leaves out what may be left out, and names login methods, one of which may contradict the platform.
    private mutating func vary(_ fields: inout LoginFields, of kind: EventKind) {
        if self.random.chance(0.4) {
            let method = LoginMethod.allCases.randomElement(using: &self.random)
            fields.loginMethod = method
            if let implied = method?.impliedPlatform, !self.random.chance(0.05) {
                fields.platform = self.random.chance(0.3) ? nil : implied
            }
        }
        // Without the claimed player nobody could notice a mismatch; broken events keep it for their key.
        if kind != .mismatch, kind != .malformed, self.random.chance(0.03) { fields.playerId = nil }
        if self.random.chance(0.2) { fields.eventId = nil }
        if self.random.chance(0.3) { fields.serverId = nil }
    }

    private mutating func token(of kind: EventKind) -> String {
        let behaviour = kind.behaviour(using: &self.random) ?? .ok
        let prefix = behaviour.prefix + "simulated."
        return prefix + self.random.base64Characters(count: Self.tokenLength - prefix.utf8.count)
    }

    /// Squared, so that a quarter of the players accounts for half of the logins.
    private mutating func player() -> String {
        let draw = self.random.unit()
        return String(100_000_000_000_000 + Int(draw * draw * Double(self.configuration.players)))
    }
}
