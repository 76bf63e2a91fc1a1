import AuditTrail
import Foundation
import KafkaClient
import Logging
import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

/// Trails against the embedded broker, or the real one named by `KAFKA_BOOTSTRAP_SERVERS`.
@Suite struct ReconciliationTests {
    /// Topics, a group and trails, filled as the service fills them.
    final class Bench {
        let configuration: ServiceConfiguration
        let folder: String
        private let broker: EmbeddedBroker?
        private let events: SourcePartition
        /// A broker deletes what is old.
        private let began = Timestamp.now.millisecondsSince1970
        private var trails: [String: TrailWriter] = [:]

        static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]
        static let quiet = Logger(label: "ReconciliationTests") { _ in SwiftLogNoOpLogHandler() }

        var kafka: KafkaConfiguration {
            KafkaConfiguration(bootstrapServers: self.configuration.kafka.bootstrapServers, clientID: "bench")
        }

        init() throws {
            let suffix = UUID().uuidString.prefix(8).lowercased()
            let names = ["login.events.\(suffix)", "login.outcomes.\(suffix)", "login.letters.\(suffix)"]
            let servers: String
            if let real = Self.servers {
                servers = real
                self.broker = nil
                let administrator = try KafkaAdministrator(
                    configuration: KafkaConfiguration(bootstrapServers: real, clientID: "bench"),
                    logger: Self.quiet
                )
                for topic in names {
                    try administrator.createTopic(topic, partitions: 2, replicationFactor: 1, timeout: .seconds(20))
                }
            } else {
                let broker = try EmbeddedBroker(
                    topics: Dictionary(uniqueKeysWithValues: names.map { ($0, 2) }),
                    logger: Self.quiet
                )
                servers = broker.bootstrapServers
                self.broker = broker
            }
            self.configuration = try ServiceConfiguration.load(
                file: nil,
                environment: [:],
                flags: [
                    "KAFKA_BOOTSTRAP_SERVERS": servers, "KAFKA_LOGIN_EVENTS_TOPIC": names[0],
                    "KAFKA_OUTCOMES_TOPIC": names[1], "KAFKA_DEAD_LETTERS_TOPIC": names[2],
                    "KAFKA_GROUP_ID": "reconcile.\(suffix)",
                ],
                needs: .kafka
            )
            self.events = SourcePartition(topic: names[0], partition: 1)
            self.folder = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(suffix)").path
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        }

        deinit {
            for trail in self.trails.values { trail.close() }
            try? FileManager.default.removeItem(atPath: self.folder)
        }

        func path(_ trail: String) -> String { "\(self.folder)/\(trail).db" }

        func writer(_ trail: String) throws -> TrailWriter {
            if let writer = self.trails[trail] { return writer }
            let writer = try TrailWriter(path: self.path(trail), instanceID: trail, logger: Self.quiet)
            self.trails[trail] = writer
            return writer
        }

        /// Puts login events into a partition; on a real broker in transactions, with an aborted one between them.
        func produceEvents(_ count: Int) throws {
            let isReal = self.broker == nil
            let producer = try KafkaProducer(
                configuration: self.kafka,
                mode: isReal ? .transactional(id: "bench-\(UUID().uuidString)") : .idempotent,
                logger: Self.quiet
            )
            defer { producer.close() }
            if isReal { try producer.initializeTransactions(timeout: .seconds(20)) }
            for number in 0..<count {
                for isCommitted in isReal && number % 5 == 4 ? [false, true] : [true] {
                    if isReal { try producer.beginTransaction() }
                    try producer.produce(
                        KafkaProducerRecord(
                            topic: self.events.topic,
                            key: Array("p\(number)".utf8),
                            value: Array("login \(number) \(isCommitted)".utf8),
                            timestampMilliseconds: self.began + Int64(number),
                            partition: self.events.partition
                        )
                    )
                    try producer.flush(timeout: .seconds(20))
                    guard isReal else { continue }
                    if isCommitted {
                        try producer.commitTransaction(timeout: .seconds(20))
                    } else {
                        try producer.abortTransaction(timeout: .seconds(20))
                    }
                }
            }
        }

        /// The records as a consumer is given them.
        func records() throws -> [SourceRecord] {
            let reader = try KafkaTopicReader(configuration: self.kafka, logger: Self.quiet)
            var records: [SourceRecord] = []
            let extent = try reader.extent(of: KafkaTopicPartition(self.events))
            try reader.read(extent) { record in
                records.append(SourceRecord(record, partition: self.events))
                return .nextRecord
            }
            return records
        }

        /// Every third is kicked, every third of the others is no login event.
        func entry(_ record: SourceRecord, _ number: Int, clusterID: String) -> ValidationEntry {
            let decision: Decision = number % 3 == 0 ? .kick : number % 3 == 1 ? .rejected : .pass
            return ValidationEntry(
                identity: RecordIdentity(of: record, clusterID: clusterID),
                recordedAt: Timestamp(self.began + 1000 + Int64(number)),
                eventID: "e-\(number)",
                kgAppId: "900100",
                playerId: "p\(number)",
                decision: decision,
                reason: decision == .kick ? .tokenInvalid : decision == .rejected ? .malformed : nil,
                instanceID: "bench",
                policyVersion: "guarded"
            )
        }

        /// Decides records as the service does: the entries, then what is published, then the marks.
        func decide(
            _ records: [SourceRecord],
            in trail: String,
            first: Int = 0,
            change: (inout Outcome) -> Void = { _ in }
        ) throws {
            let clusterID = try self.clusterID()
            let entries = records.enumerated().map { self.entry($1, first + $0, clusterID: clusterID) }
            let writer = try self.writer(trail)
            let indices = try writer.append(entries)
            let outcomes = OutcomeEncoder(mode: .binary, source: "/bench")
            let letters = DeadLetterEncoder(groupID: "g", instanceID: "i")
            var produced: [KafkaProducerRecord] = []
            for (place, (record, entry)) in zip(records, entries).enumerated() {
                switch entry.decision {
                case .kick:
                    var outcome = Outcome(entry: entry, index: indices.lowerBound + Int64(place), event: nil)
                    change(&outcome)
                    produced.append(
                        KafkaProducerRecord(
                            try outcomes.encode(outcome),
                            topic: self.configuration.kafka.outcomesTopic,
                            timestamp: entry.recordedAt
                        )
                    )
                case .rejected:
                    let letter = DeadLetter(record: record, disposition: .malformed, message: "no event")
                    produced.append(
                        KafkaProducerRecord(
                            letters.encode(letter),
                            topic: self.configuration.kafka.deadLettersTopic,
                            timestamp: record.timestamp
                        )
                    )
                default: break
                }
            }
            try self.produce(produced)
            _ = try writer.append(
                [],
                deliveries: [
                    EntryDelivery(indices: indices.lowerBound...(indices.upperBound - 1), state: .committed, at: .now)
                ]
            )
        }

        func produce(_ records: [KafkaProducerRecord]) throws {
            let producer = try KafkaProducer(configuration: self.kafka, mode: .idempotent, logger: Self.quiet)
            defer { producer.close() }
            for record in records { try producer.produce(record) }
            try producer.flush(timeout: .seconds(20))
        }

        /// Commits as the instance of a trail.
        func commit(_ offset: Int64, trail: String, nextIndex: Int64? = nil) throws {
            let writer = try self.writer(trail)
            let progress = CommittedProgress(
                open: [],
                end: offset,
                trailID: writer.trailID,
                nextIndex: nextIndex ?? writer.nextIndex
            )
            let member = try KafkaConsumer(
                configuration: self.kafka,
                groupID: self.configuration.kafka.groupID,
                topics: [self.events.topic],
                delegate: Nobody(),
                logger: Self.quiet
            )
            try member.commit([
                KafkaOffsetCommit(
                    topicPartition: KafkaTopicPartition(self.events),
                    offset: progress.offset,
                    metadata: progress.metadata
                )
            ])
            member.stop(deadline: .now + .seconds(10))
        }

        func clusterID() throws -> String {
            try KafkaTopicReader(configuration: self.kafka, logger: Self.quiet).clusterID()
        }

        func reconcile(_ trails: [String], limit: Int = 100) throws -> ReconciliationReport {
            let readers = try trails.map { try TrailReader(path: self.path($0)) }
            defer { for reader in readers { reader.close() } }
            var told: [Int64] = []
            var reconciliation = try Reconciliation(
                of: readers,
                self.configuration,
                limit: limit,
                logger: Self.quiet
            ) { done, total in
                #expect(done <= total)
                told.append(done)
            }
            let report = try reconciliation.run()
            #expect(told == told.sorted())
            return report
        }
    }

    /// A consumer that is never started.
    private final class Nobody: KafkaConsumerDelegate {
        func consumer(_: KafkaConsumer, assigned _: [KafkaCommittedOffset], epoch _: UInt64)
            -> [KafkaTopicPartition: Int64]
        { [:] }
        func consumer(_: KafkaConsumer, revoked _: [KafkaTopicPartition], epoch _: UInt64, lost _: Bool) {}
        func consumer(_: KafkaConsumer, received _: [KafkaRecord], of _: KafkaTopicPartition, epoch _: UInt64) {}
        func consumer(_: KafkaConsumer, failed _: KafkaError) {}
    }

    @Test func trailsOfTwoInstancesAgreeWithKafka() throws {
        let bench = try Bench()
        try bench.produceEvents(30)
        let records = try bench.records()
        try #require(records.count == 30)
        try bench.decide(Array(records[..<12]), in: "a")
        try bench.decide(Array(records[12...]), in: "b", first: 12)
        try bench.commit(records[29].offset + 1, trail: "b")
        let report = try bench.reconcile(["a", "b"])
        #expect(report.agrees, "\(report.findings)")
        #expect(report.entries == 30 && report.outcomes == 10 && report.deadLetters == 10)
        #expect(report.partitions.map(\.committed) == [nil, records[29].offset + 1])
        #expect(report.entriesNotYetCommitted == 0 && report.otherSources == 0)
    }

    @Test func aTrailLeftOutIsSeenFromEverySide() throws {
        let bench = try Bench()
        try bench.produceEvents(30)
        let records = try bench.records()
        try bench.decide(Array(records[..<12]), in: "a")
        try bench.decide(Array(records[12..<20]), in: "b", first: 12)
        try bench.decide(Array(records[20...]), in: "a", first: 20)
        try bench.commit(records[29].offset + 1, trail: "a")
        let report = try bench.reconcile(["a"])
        #expect(report.counts == [.missingEntry: 8, .outcomeWithoutEntry: 3, .deadLetterWithoutEntry: 3])
        let other = try bench.reconcile(["b"])
        #expect(other.counts[.trailNotGiven] == 1)
        #expect(other.counts[.missingEntry] == 10)
        #expect(other.counts[.outcomeWithoutEntry] == 7)
    }

    @Test func anOlderCopyOfATrailIsNamed() throws {
        let bench = try Bench()
        try bench.produceEvents(12)
        let records = try bench.records()
        try bench.decide(Array(records[..<6]), in: "a")
        let copy = bench.path("copy")
        let reader = try TrailReader(path: bench.path("a"))
        try reader.backUp(to: copy) { _, _ in }
        try bench.decide(Array(records[6...]), in: "a", first: 6)
        try bench.commit(records[11].offset + 1, trail: "a")
        #expect(try bench.reconcile(["a"]).agrees)
        let report = try bench.reconcile(["copy"])
        #expect(
            report.counts == [
                .trailCutOff: 1, .missingEntry: 6, .outcomeWithoutEntry: 2, .deadLetterWithoutEntry: 2,
            ]
        )
        #expect(report.findings.first { $0.kind == .trailCutOff }?.message.contains("had 14 entries; it has 7") == true)
        let error = #expect(throws: ServiceError.self) { try bench.reconcile(["a", "copy"]) }
        #expect(error?.message.contains("copies of one trail") == true)
    }

    @Test func hostileRecordsAreCountedAndStopNothing() throws {
        let bench = try Bench()
        try bench.produceEvents(6)
        let records = try bench.records()
        try bench.decide(records, in: "a")
        try bench.commit(records[5].offset + 1, trail: "a")
        let outcomes = bench.configuration.kafka.outcomesTopic
        let letters = bench.configuration.kafka.deadLettersTopic
        var foreign = bench.entry(records[0], 0, clusterID: "elsewhere")
        foreign.identity.partition.partition = 77
        let stray = try OutcomeEncoder(mode: .structured, source: "/x").encode(
            Outcome(entry: foreign, index: 3, event: nil)
        )
        var elsewhere = foreign
        elsewhere.identity.partition.topic = "other.events"
        let other = try OutcomeEncoder(mode: .binary, source: "/x").encode(
            Outcome(entry: elsewhere, index: 3, event: nil)
        )
        let values: [[UInt8]?] = [
            nil, [], Array("{}".utf8), [0xFF, 0x00], Array(String(repeating: "[", count: 50_000).utf8),
        ]
        try bench.produce(
            values.map { KafkaProducerRecord(topic: outcomes, value: $0) } + [
                KafkaProducerRecord(stray, topic: outcomes, timestamp: nil),
                KafkaProducerRecord(other, topic: outcomes, timestamp: nil),
                KafkaProducerRecord(topic: letters, value: Array("junk".utf8)),
                KafkaProducerRecord(topic: letters, value: nil),
            ]
        )
        let report = try bench.reconcile(["a"], limit: 3)
        #expect(report.counts == [.foreignOutcome: 5, .outcomeWithoutEntry: 1])
        #expect(report.findings.count == 4 && report.omitted == 2)
        #expect(report.publishedOfOtherTopics == 1 && report.foreignDeadLetters == 2)
        #expect(report.findings.contains { $0.record?.partition.partition == 77 })
    }

    @Test func whatDiffersAndWhatIsNotYetCommittedAreToldApart() throws {
        let bench = try Bench()
        try bench.produceEvents(12)
        let records = try bench.records()
        try bench.decide(Array(records[..<6]), in: "a") { $0.data.playerId = "somebody else" }
        try bench.commit(records[6].offset, trail: "a")
        _ = try bench.writer("a").append([bench.entry(records[6], 6, clusterID: bench.clusterID())])
        let report = try bench.reconcile(["a"])
        #expect(report.counts == [.differingOutcome: 2])
        #expect(report.entriesNotYetCommitted == 1)
        #expect(report.findings.allSatisfy { $0.message.hasSuffix("in the player.") })
    }
}
