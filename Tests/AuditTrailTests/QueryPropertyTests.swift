import LoginContracts
import Testing

@testable import AuditTrail

/// Random trails and random queries, compared with a filter in memory.
struct QueryPropertyTests {
    @Test(arguments: 0..<6)
    func aQueryFindsWhatAFilterInMemoryFinds(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        // More than two rows of time ranges, with a clock that jumps back and forth.
        let trail = try Self.fill(writer, count: 2500, &random)
        let reader = try TrailReader(path: folder.database)
        for _ in 0..<60 {
            let query = Self.randomQuery(&random)
            let expected = trail.reversed().filter { query.matches($0) }
            let page = try reader.entries(query)
            #expect(page.entries == Array(expected.prefix(query.limit)), "\(query)")
            #expect(page.nextAfter == (expected.count > query.limit ? page.entries.last?.index : nil))
            var walked: [TrailEntry] = []
            try reader.forEach(query, ascending: true) { walked.append($0) }
            #expect(walked == expected.reversed(), "\(query)")
            try Self.check(try reader.statistics(query), against: expected)
        }
    }

    /// Appends entries of few different values, and returns them as a reader should show them.
    private static func fill(
        _ writer: TrailWriter,
        count: Int,
        _ random: inout SeededGenerator
    ) throws -> [TrailEntry] {
        var trail: [TrailEntry] = []
        var clock: Int64 = 1_700_000_000_000
        while trail.count < count {
            clock += Int64.random(in: -200_000...400_000, using: &random)
            if Int.random(in: 0..<10, using: &random) == 0 {
                let kind = ServiceEntry.Kind.allCases.randomElement(using: &random) ?? .started
                var entry = ServiceEntry.sample(kind, recordedAt: clock)
                entry.kgAppId = [nil, "1", "2"].randomElement(using: &random) ?? nil
                trail.append(.service(index: try writer.append(entry), entry))
                continue
            }
            let first = Int64(trail.count)
            let entries = (first..<(first + Int64.random(in: 1...40, using: &random)))
                .map { Self.randomEntry($0, clock: clock, &random) }
            let range = try writer.append(entries)
            var delivery: EntryDelivery?
            if Bool.random(using: &random) {
                let state = EntryDelivery.State.allCases.randomElement(using: &random) ?? .committed
                delivery = EntryDelivery(indices: ClosedRange(range), state: state, at: Timestamp(clock + 5))
                _ = try writer.append([], deliveries: [delivery].compactMap(\.self))
            }
            for (index, entry) in zip(range, entries) {
                trail.append(.validation(RecordedEntry(index: index, entry: entry, delivery: delivery)))
            }
            if let delivery { trail.append(.delivery(index: range.upperBound, delivery, instanceID: "unnamed")) }
        }
        return trail
    }

    private static func randomEntry(
        _ offset: Int64,
        clock: Int64,
        _ random: inout SeededGenerator
    ) -> ValidationEntry {
        let topic = ["login.events", "other"].randomElement(using: &random) ?? ""
        let partition = SourcePartition(topic: topic, partition: .random(in: 0...2, using: &random))
        let identity = RecordIdentity.sample(
            offset % 50,
            cluster: "c\(offset % 2)",
            partition: partition,
            content: "\(offset)"
        )
        var entry = ValidationEntry.sample(
            offset,
            recordedAt: clock + .random(in: 0...50, using: &random),
            identity: identity
        )
        entry.playerId = [nil, "a", "b", "c"].randomElement(using: &random) ?? nil
        entry.kgAppId = [nil, "1", "2"].randomElement(using: &random) ?? nil
        entry.sessionId = [nil, "s", "t"].randomElement(using: &random) ?? nil
        entry.eventID = ["e", "f"].randomElement(using: &random) ?? ""
        entry.decision = Decision.allCases.randomElement(using: &random) ?? .pass
        entry.reason = Bool.random(using: &random) ? DecisionReason.allCases.randomElement(using: &random) : nil
        entry.httpStatus = [nil, 200, 401, 463].randomElement(using: &random) ?? nil
        entry.tokenFingerprint = [nil, [1], [2]].randomElement(using: &random) ?? nil
        entry.attempts = .random(in: 0...3, using: &random)
        entry.platformLatency = entry.httpStatus.map { _ in
            .microseconds(Int64.random(in: 0...5_000_000, using: &random))
        }
        return entry
    }

    private static func randomQuery(_ random: inout SeededGenerator) -> TrailQuery {
        var query = TrailQuery()
        func sometimes<Value>(_ value: @autoclosure () -> Value?, _ random: inout SeededGenerator) -> Value? {
            Int.random(in: 0..<4, using: &random) == 0 ? value() : nil
        }
        query.playerId = sometimes("a", &random)
        query.kgAppId = sometimes("1", &random)
        query.sessionId = sometimes("s", &random)
        query.eventID = sometimes("e", &random)
        query.decisions = sometimes([.kick, .pass, .stale], &random) ?? []
        query.reasons = sometimes([.tokenInvalid, .malformed, .lockedOut, .tooOld], &random) ?? []
        query.statuses = sometimes([401, 463], &random) ?? []
        query.tokenFingerprint = sometimes([1], &random)
        query.topic = sometimes("login.events", &random)
        query.clusterID = sometimes("c1", &random)
        query.partition = sometimes(1, &random)
        query.offset = sometimes(7, &random)
        query.kinds =
            sometimes([.validation], &random) ?? sometimes([.service, .delivery], &random)
            ?? sometimes([.delivery], &random) ?? Set(TrailQuery.Kind.allCases)
        let start: Int64 = 1_700_000_000_000
        let from = Int64.random(in: -1_000_000...20_000_000, using: &random)
        query.from = sometimes(Timestamp(start + from), &random)
        let length = Int64.random(in: 0...10_000_000, using: &random)
        query.to = sometimes(Timestamp(start + from + length), &random)
        let after = Int64.random(in: 0...2600, using: &random)
        query.after = sometimes(after, &random)
        let before = Int64.random(in: -1...2600, using: &random)
        query.before = sometimes(before, &random)
        query.limit = .random(in: 1...200, using: &random)
        return query
    }

    private static func check(_ statistics: TrailStatistics, against entries: [TrailEntry]) throws {
        let validations = entries.compactMap { entry -> RecordedEntry? in
            if case .validation(let recorded) = entry { recorded } else { nil }
        }
        #expect(statistics.validations == Int64(validations.count))
        #expect(
            statistics.serviceEntries
                == Int64(entries.filter { if case .service = $0 { true } else { false } }.count)
        )
        #expect(statistics.decisions == Self.counts(validations.map(\.entry.decision)))
        #expect(statistics.reasons == Self.counts(validations.compactMap(\.entry.reason)))
        #expect(statistics.statuses == Self.counts(validations.compactMap(\.entry.httpStatus)))
        #expect(statistics.apps == Self.counts(validations.compactMap(\.entry.kgAppId)))
        #expect(statistics.noApp == Int64(validations.filter { $0.entry.kgAppId == nil }.count))
        #expect(statistics.otherApps == 0)
        let hours = validations.map { Timestamp($0.entry.recordedAt.millisecondsSince1970 / 3_600_000 * 3_600_000) }
        #expect(statistics.hours == Self.counts(hours))
        #expect(statistics.attempts == Int64(validations.reduce(0) { $0 + $1.entry.attempts }))
        #expect(statistics.committed == Int64(validations.filter { $0.delivery?.state == .committed }.count))
        #expect(statistics.superseded == Int64(validations.filter { $0.delivery?.state == .superseded }.count))
        #expect(statistics.undelivered == Int64(validations.filter { $0.delivery == nil }.count))
        #expect(statistics.times?.lowerBound == entries.map(\.recordedAt).min())
        #expect(statistics.times?.upperBound == entries.map(\.recordedAt).max())
        let latencies = validations.compactMap(\.entry.platformLatency).sorted()
        #expect(statistics.platformLatency?.count ?? 0 == Int64(latencies.count))
        #expect(statistics.platformLatency?.maximum == latencies.last)
    }

    private static func counts<Value: Hashable>(_ values: [Value]) -> [Value: Int64] {
        values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

extension TrailQuery {
    /// Whether it asks for what only decisions have.
    private var isAboutAnEvent: Bool {
        [
            self.playerId != nil, self.sessionId != nil, self.eventID != nil, !self.decisions.isEmpty,
            !self.reasons.isEmpty, !self.statuses.isEmpty, self.tokenFingerprint != nil, self.topic != nil,
            self.clusterID != nil, self.partition != nil, self.offset != nil,
        ].contains(true)
    }

    /// The same conditions once more, in Swift.
    fileprivate func matches(_ entry: TrailEntry) -> Bool {
        guard self.after.map({ entry.index < $0 }) ?? true, self.before.map({ entry.index > $0 }) ?? true,
            self.from.map({ entry.recordedAt >= $0 }) ?? true, self.to.map({ entry.recordedAt < $0 }) ?? true
        else { return false }
        switch entry {
        case .delivery:
            return self.kinds.contains(.delivery) && !self.isAboutAnEvent && self.kgAppId == nil
        case .service(_, let entry):
            return self.kinds.contains(.service) && !self.isAboutAnEvent
                && (self.kgAppId.map { entry.kgAppId == $0 } ?? true)
        case .validation(let recorded):
            let entry = recorded.entry
            return self.kinds.contains(.validation)
                && (self.playerId.map { entry.playerId == $0 } ?? true)
                && (self.kgAppId.map { entry.kgAppId == $0 } ?? true)
                && (self.sessionId.map { entry.sessionId == $0 } ?? true)
                && (self.eventID.map { entry.eventID == $0 } ?? true)
                && (self.decisions.isEmpty || self.decisions.contains(entry.decision))
                && (self.reasons.isEmpty || entry.reason.map(self.reasons.contains) ?? false)
                && (self.statuses.isEmpty || entry.httpStatus.map(self.statuses.contains) ?? false)
                && (self.tokenFingerprint.map { entry.tokenFingerprint == $0 } ?? true)
                && self.matches(entry.identity)
        }
    }

    private func matches(_ identity: RecordIdentity) -> Bool {
        (self.topic.map { identity.partition.topic == $0 } ?? true)
            && (self.clusterID.map { identity.clusterID == $0 } ?? true)
            && (self.partition.map { identity.partition.partition == $0 } ?? true)
            && (self.offset.map { identity.offset == $0 } ?? true)
    }
}
