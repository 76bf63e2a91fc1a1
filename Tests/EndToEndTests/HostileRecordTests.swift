import Foundation
import Testing

extension ServiceTests {
    /// Every input is hostile: what is not a login event becomes a dead letter, and the partition goes on.
    struct HostileRecordTests {
        static let count = 10_000
        static let goodPlayers = 120

        @Test(arguments: ServiceTests.brokers)
        func hostileRecordsBecomeDeadLetters(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal, partitions: 12)
            let service = try await stack.startService()
            let batches = HostileRecord.batches(count: Self.count)
            for batch in batches {
                try await stack.produce(
                    records: batch.records.map { ($0.key, $0.value) },
                    arguments: batch.headers.flatMap { ["-H", $0] } + (batch.isTombstones ? ["-Z"] : []),
                    hasKeys: batch.hasKeys
                )
            }
            // Behind them, in every partition, honest work.
            try await stack.produce(
                lines: (0..<Self.goodPlayers).map {
                    "good\($0)|" + event("invalid_fake-token-\($0)", player: "good\($0)")
                }
            )
            let hostile = batches.map(\.records.count).reduce(0, +)
            #expect(hostile >= Self.count)
            try await stack.waitForDecisions(hostile + Self.goodPlayers, within: .seconds(120))
            #expect(service.isRunning)

            let rows = try await stack.decisions()
            #expect(rows.count == hostile + Self.goodPlayers)
            #expect(rows.filter { $0.decision == "kick" }.count == Self.goodPlayers)
            let outcomes = try await stack.read(stack.names.outcomes)
            #expect(Set(outcomes.compactMap(\.key)) == Set((0..<Self.goodPlayers).map { "good\($0)" }))
            try await Self.expectDeadLetters(stack, rows, batches)
            #expect(try await service.terminate() == 0)
            expectNoSecrets(stack, service)
        }

        /// Bytes and headers unchanged, and a message that names field and rule, the same as in the trail.
        private static func expectDeadLetters(
            _ stack: Stack,
            _ rows: [DecisionRow],
            _ batches: [HostileRecord.Batch]
        ) async throws {
            let sources = try await stack.readBytes(stack.names.events)
            let letters = try await stack.readBytes(stack.names.deadLetters)
            let rejected = Dictionary(
                rows.filter { $0.decision == "rejected" }.map {
                    (RawRecord.Place(partition: $0.partition, offset: $0.offset), $0)
                },
                uniquingKeysWith: { first, _ in first }
            )
            #expect(letters.count == rejected.count)
            let bySource = Dictionary(grouping: letters, by: \.sourcePlace)
            let expectations = HostileRecord.expectations(of: batches)
            var seen = 0
            for source in sources {
                guard let expected = expectations[HostileRecord.Content(source)] else { continue }
                seen += 1
                let letter = try #require(bySource[source.place]?.first, "No dead letter for \(expected.kind)")
                #expect(letter.key == source.key, "\(expected.kind)")
                #expect(letter.value == source.value, "\(expected.kind)")
                for header in expected.headers where !header.hasPrefix("kafka_dlt") {
                    #expect(letter.headers.contains(header), "\(expected.kind): \(header)")
                }
                let message = letter.message
                #expect(message.hasPrefix("\(expected.field): "), "\(expected.kind): \(message)")
                #expect(message.contains(expected.rule), "\(expected.kind): \(message)")
                #expect(!message.contains("fake-token"), "\(expected.kind): \(message)")
                #expect(!letter.addedHeaders.contains("fake-token"), "\(expected.kind)")
                let row = try #require(rejected[source.place], "No entry for \(expected.kind)")
                #expect(row.reason == (expected.kind == "unknownApp" ? "unknownApp" : "malformed"), "\(expected.kind)")
                #expect(row.message == message, "\(expected.kind)")
                #expect(row.attempts == 0)
            }
            // Very large values may have left the embedded broker's memory by now; the rest is all there.
            #expect(seen >= batches.map(\.records.count).reduce(0, +) - 10)
        }

        /// Records as large as a topic takes: the dead letter of the first is larger than a client's default limit, and
        /// that of the second larger than what the topic takes, so it goes without the value.
        @Test(arguments: ServiceTests.brokers)
        func recordsOfTheLargestSizeDoNotStopThePartition(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal, partitions: 1)
            _ = try await stack.startService()
            let large = String(repeating: "x", count: 1_040_000)
            let largest = String(repeating: "x", count: 1_048_000)
            try await stack.produce(key: "big", value: large)
            try await stack.produce(key: "big", value: largest)
            try await stack.produce(key: "big", value: event("invalid_fake-token-big", player: "big"))
            try await stack.waitForDecisions(3, within: .seconds(30))
            let letters = try await stack.readBytes(stack.names.deadLetters)
            #expect(letters.map(\.key) == [Array("big".utf8), Array("big".utf8)])
            #expect(letters.map(\.value) == [Array(large.utf8), nil])
            #expect(letters.map { $0.headers.contains("login-validator.omitted=value") } == [false, true])
            #expect(letters.map { $0.message.contains("at most 65536") } == [true, true])
            #expect(try await stack.read(stack.names.outcomes).map(\.key) == ["big"])
        }
    }
}

extension RawRecord {
    /// Where a dead letter's record stood.
    var sourcePlace: Place {
        Place(
            partition: self.header("__connect.errors.partition").flatMap { Int($0) } ?? -1,
            offset: self.header("__connect.errors.offset").flatMap { Int($0) } ?? -1
        )
    }

    var message: String { self.header("__connect.errors.exception.message", upTo: ",kafka_dlt") ?? "" }

    /// What the service added.
    var addedHeaders: Substring {
        self.headers.range(of: "login-validator.disposition=").map { self.headers[$0.lowerBound...] } ?? ""
    }

    private func header(_ name: String, upTo end: String = ",") -> String? {
        guard let start = self.addedHeaders.range(of: name + "=") else { return nil }
        let rest = self.addedHeaders[start.upperBound...]
        return String(rest[..<(rest.range(of: end)?.lowerBound ?? rest.endIndex)])
    }
}
