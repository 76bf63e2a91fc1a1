import Foundation
import KafkaClient
import Logging
import LoginContracts
import Testing
import ValidatorService

/// Dead letters listed and replayed on the embedded broker, or on the real one named by `KAFKA_BOOTSTRAP_SERVERS`.
@Suite struct DeadLetterReplayTests {
    /// A cluster with a login topic and dead letters.
    struct Bench {
        let configuration: ServiceConfiguration
        private let broker: EmbeddedBroker?

        static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]
        static let quiet: Logger = {
            var logger = Logger(label: "DeadLetterReplayTests")
            logger.logLevel = .critical
            return logger
        }()

        var kafka: KafkaConfiguration {
            KafkaConfiguration(bootstrapServers: self.configuration.kafka.bootstrapServers, clientID: "bench")
        }

        init(partitions: Int = 2) throws {
            let suffix = UUID().uuidString.prefix(8).lowercased()
            let names = (events: "login.events.\(suffix)", letters: "letters.\(suffix)")
            let bootstrapServers: String
            if let servers = Self.servers {
                bootstrapServers = servers
                self.broker = nil
                let administrator = try KafkaAdministrator(
                    configuration: KafkaConfiguration(bootstrapServers: servers, clientID: "bench"),
                    logger: Self.quiet
                )
                for topic in [names.events, names.letters] {
                    try administrator.createTopic(
                        topic,
                        partitions: partitions,
                        replicationFactor: 1,
                        timeout: .seconds(20)
                    )
                }
            } else {
                let topics = [names.events: partitions, names.letters: partitions]
                let broker = try EmbeddedBroker(topics: topics, logger: Self.quiet)
                bootstrapServers = broker.bootstrapServers
                self.broker = broker
            }
            self.configuration = try ServiceConfiguration.load(
                file: nil,
                environment: [:],
                flags: [
                    "KAFKA_BOOTSTRAP_SERVERS": bootstrapServers, "KAFKA_LOGIN_EVENTS_TOPIC": names.events,
                    "KAFKA_DEAD_LETTERS_TOPIC": names.letters,
                ],
                needs: .kafka
            )
        }

        func topic() throws -> DeadLetterTopic { try DeadLetterTopic(self.configuration, logger: Self.quiet) }

        /// Puts dead letters of login events, which stood at these offsets of partition 1, into a partition.
        func fill(
            _ offsets: Range<Int64>,
            partition: Int32 = 0,
            _ disposition: DeadLetter.Disposition = .undetermined,
            app: String = "900100",
            value: [UInt8]? = nil,
            maximumBytes: Int = 1_000_000
        ) throws {
            let encoder = DeadLetterEncoder(groupID: "g", instanceID: "i")
            try self.produce(
                offsets.map { offset in
                    let json =
                        "{\"kgAppId\":\"\(app)\",\"accessToken\":\"fake-token-\(offset)\",\"platform\":\"pc\"}"
                    let event = SourceRecord(
                        partition: SourcePartition(topic: self.configuration.kafka.loginEventsTopic, partition: 1),
                        offset: offset,
                        timestamp: Timestamp(1_769_819_400_000 + offset),
                        key: Array("player-\(offset)".utf8),
                        value: value ?? Array(json.utf8),
                        headers: [.init("tenant", "kr")]
                    )
                    let letter = DeadLetter(record: event, disposition: disposition, message: "no answer")
                    let encoded = encoder.encode(letter, maximumBytes: maximumBytes)
                    return KafkaProducerRecord(
                        topic: self.configuration.kafka.deadLettersTopic,
                        key: encoded.key,
                        value: encoded.value,
                        headers: encoded.headers.map { KafkaHeader(name: $0.name, value: $0.value) },
                        timestampMilliseconds: event.timestamp?.millisecondsSince1970,
                        partition: partition
                    )
                }
            )
        }

        func produce(_ records: [KafkaProducerRecord]) throws {
            let producer = try KafkaProducer(configuration: self.kafka, mode: .idempotent, logger: Self.quiet)
            defer { producer.close() }
            for record in records { try producer.produce(record) }
            try producer.flush(timeout: .seconds(20))
        }

        func replay(_ change: (inout DeadLetterReplay.Settings) -> Void = { _ in }) throws -> ReplayReport {
            var replay = try self.makeReplay(change)
            defer { replay.close() }
            try replay.run { done, total in #expect(done <= total) }
            return replay.report
        }

        func makeReplay(
            _ change: (inout DeadLetterReplay.Settings) -> Void = { _ in },
            isStopping: @escaping () -> Bool = { false }
        ) throws -> DeadLetterReplay {
            var settings = DeadLetterReplay.Settings(
                selection: DeadLetterSelection(),
                destination: self.configuration.kafka.loginEventsTopic
            )
            change(&settings)
            return try DeadLetterReplay(
                of: self.topic(),
                settings,
                configuration: self.configuration,
                logger: Self.quiet,
                isStopping: isStopping
            )
        }

        /// Everything in a topic.
        func read(_ topic: String) throws -> [KafkaRecord] {
            let reader = try KafkaTopicReader(configuration: self.kafka, logger: Self.quiet)
            var records: [KafkaRecord] = []
            for partition in try reader.partitions(of: topic) {
                try reader.read(try reader.extent(of: partition)) { record in
                    records.append(record)
                    return .nextRecord
                }
            }
            return records
        }

        func events() throws -> [KafkaRecord] { try self.read(self.configuration.kafka.loginEventsTopic) }

        func page(
            _ selection: DeadLetterSelection = DeadLetterSelection(),
            after: DeadLetterPlace? = nil,
            limit: Int = 100
        ) throws -> DeadLetterPage {
            try DeadLetterPage(of: self.topic(), selection, after: after, limit: limit)
        }
    }

    @Test func letterGoesBackOnceWithWhereItCameFrom() throws {
        let bench = try Bench()
        try bench.fill(40..<43)
        #expect(try bench.page().rows.map(\.replays.count) == [0, 0, 0])
        let report = try bench.replay()
        #expect(report.replayedCount == 3 && report.skippedCount == 0 && report.failedCount == 0)
        let events = try bench.events()
        #expect(events.map(\.key) == [40, 41, 42].map { Array("player-\($0)".utf8) })
        #expect(events.map(\.topicPartition.partition) == [1, 1, 1])
        #expect(events.map(\.timestampMilliseconds) == [40, 41, 42].map { 1_769_819_400_000 + $0 })
        let names = Set(events[0].headers.map(\.name))
        #expect(names == DeadLetterHeader.ofReplay.union(["tenant"]))
        let from = events[1].headers.last { $0.name == DeadLetterHeader.replayedFrom }?.value
        let clusterID = try bench.topic().clusterID
        #expect(from == Array("\(clusterID)/\(bench.configuration.kafka.deadLettersTopic)/0/1".utf8))

        let again = try bench.replay()
        #expect(again.replayedCount == 0 && again.skippedCount == 3)
        #expect(again.skipped[0]?.description == "0..2")
        #expect(try bench.events().count == 3)
        let page = try bench.page()
        #expect(
            page.rows.map { $0.replays.map(\.destination) }.allSatisfy {
                $0 == [bench.configuration.kafka.loginEventsTopic]
            }
        )
        #expect(page.rows.count == 3 && page.nextAfter == nil && page.unreadableMarkers == 0)
    }

    @Test func dryRunChangesNothing() throws {
        let bench = try Bench()
        try bench.fill(0..<5)
        let report = try bench.replay { $0.isDryRun = true }
        #expect(report.replayedCount == 5 && report.isDryRun)
        #expect(try bench.events().isEmpty)
        #expect(try bench.read(bench.configuration.kafka.deadLettersTopic).count == 5)
    }

    @Test func selectionsAddUpAndNothingGoesTwice() throws {
        let bench = try Bench()
        try bench.fill(0..<10, partition: 0, .undetermined, app: "900100")
        try bench.fill(10..<20, partition: 1, .malformed, app: "900200")
        let first = try bench.replay { $0.selection.offsets = 3...5 }
        #expect(first.replayed.mapValues(\.description) == [0: "3..5", 1: "3..5"])
        let second = try bench.replay {
            $0.selection.dispositions = [.undetermined]
            $0.selection.from = Timestamp(1_769_819_400_002)
            $0.selection.to = Timestamp(1_769_819_400_008)
        }
        #expect(second.replayed.mapValues(\.description) == [0: "2, 6..7"])
        #expect(second.skipped.mapValues(\.description) == [0: "3..5"])
        let third = try bench.replay { $0.selection.kgAppId = "900200" }
        #expect(third.replayed.mapValues(\.description) == [1: "0..2, 6..9"])
        let all = try bench.replay()
        #expect(all.replayed.mapValues(\.description) == [0: "0..1, 8..9"])
        #expect(try bench.events().count == 20)
        #expect(Set(try bench.events().map(\.key)).count == 20)
    }

    @Test func otherDestinationIsAReplayOfItsOwn() throws {
        let bench = try Bench()
        let other = try Bench()
        try bench.fill(0..<2)
        _ = try bench.replay()
        // The other topic is on the same cluster only with a real broker; an embedded one makes it when it is asked for.
        let topic =
            Bench.servers == nil ? bench.configuration.kafka.outcomesTopic : other.configuration.kafka.loginEventsTopic
        try bench.produce([KafkaProducerRecord(topic: topic, value: [])])
        let report = try bench.replay { $0.destination = topic }
        #expect(report.replayedCount == 2)
        #expect(try bench.read(topic).count == 3)
        #expect(try bench.replay { $0.destination = topic }.skippedCount == 2)
        #expect(try bench.page().rows.map(\.replays.count) == [2, 2])
    }

    @Test func whatCannotBeReplayedIsNamed() throws {
        let bench = try Bench()
        try bench.fill(0..<1)
        try bench.fill(1..<2, .malformed, value: [UInt8](repeating: 0x78, count: 5000), maximumBytes: 4000)
        let topic = bench.configuration.kafka.deadLettersTopic
        try bench.produce([
            KafkaProducerRecord(topic: topic, value: Array("stranger".utf8), partition: 0),
            KafkaProducerRecord(
                topic: topic,
                value: Array(#"{"offsets":[[0,9]]}"#.utf8),
                headers: [KafkaHeader(name: DeadLetterHeader.replayMarker, value: Array("1".utf8))],
                partition: 0
            ),
        ])
        let report = try bench.replay()
        #expect(report.replayedCount == 1 && report.failedCount == 2 && report.unreadableMarkers == 1)
        #expect(report.obstacles.map(\.place.offset) == [1, 2])
        #expect(report.obstacles[0].reason.contains("left out"))
        #expect(report.obstacles[1].reason.contains("login-validator.disposition is missing"))
        #expect(try bench.page().unreadableMarkers == 1)
    }

    /// Whoever may write to the topic can have letters taken for replayed, and no others, and not unseen.
    @Test func forgedMarkerHidesOnlyWhatStandsBeforeItInItsPartitionAndIsSeen() throws {
        let bench = try Bench()
        try bench.fill(0..<3, partition: 0)
        try bench.fill(3..<6, partition: 1)
        let cluster = try bench.topic().clusterID
        let topic = bench.configuration.kafka.deadLettersTopic
        let destination = bench.configuration.kafka.loginEventsTopic
        func forge(_ offsets: ClosedRange<Int64>, cluster: String, topic named: String, partition: Int32) throws {
            var set = OffsetSet()
            set.insert(offsets)
            let marker = ReplayMarker(
                clusterID: cluster,
                partition: SourcePartition(topic: named, partition: partition),
                destination: destination,
                offsets: set,
                replayedAt: Timestamp(1_769_900_000_000)
            )
            let encoded = try marker.encode()
            // It always goes behind the letters of partition 0, whatever it says.
            try bench.produce([
                KafkaProducerRecord(
                    topic: topic,
                    key: encoded.key,
                    value: encoded.value,
                    headers: encoded.headers.map { KafkaHeader(name: $0.name, value: $0.value) },
                    partition: 0
                )
            ])
        }
        // Of another cluster, another topic, another partition, and about letters to come.
        try forge(0...0, cluster: "elsewhere", topic: topic, partition: 0)
        try forge(0...0, cluster: cluster, topic: "other.letters", partition: 0)
        try forge(0...2, cluster: cluster, topic: topic, partition: 1)
        try forge(0...1_000_000, cluster: cluster, topic: topic, partition: 0)
        // The one that counts.
        try forge(1...1, cluster: cluster, topic: topic, partition: 0)

        let page = try bench.page()
        #expect(page.rows.map(\.replays.count) == [0, 1, 0, 0, 0, 0] && page.unreadableMarkers == 1)
        let report = try bench.replay()
        #expect(report.replayed.mapValues(\.description) == [0: "0, 2", 1: "0..2"])
        #expect(report.skipped.mapValues(\.description) == [0: "1"] && report.unreadableMarkers == 1)
        // What it hid is still there, and goes by way of another topic.
        let other = bench.configuration.kafka.outcomesTopic + ".\(UUID().uuidString.prefix(8).lowercased())"
        try bench.produce([KafkaProducerRecord(topic: other, value: [])])
        #expect(try bench.replay { $0.destination = other }.replayedCount == 6)
    }

    @Test func staleLettersKeepTheirTimestampUnlessTold() throws {
        let bench = try Bench()
        try bench.fill(0..<2, .stale)
        #expect(try bench.replay { $0.selection.offsets = 0...0 }.staleCount == 1)
        let restamped = try bench.replay { $0.isRestamping = true }
        #expect(restamped.replayedCount == 1 && restamped.staleCount == 0)
        let timestamps = try bench.events().compactMap(\.timestampMilliseconds)
        #expect(timestamps[0] == 1_769_819_400_000)
        #expect(timestamps[1] > Timestamp.now.millisecondsSince1970 - 600_000)
    }

    @Test func stopEndsBehindABatchAndTheRestFollows() throws {
        let bench = try Bench()
        try bench.fill(0..<30)
        var looks = 0
        var replay = try bench.makeReplay(isStopping: {
            looks += 1
            return looks > 40
        })
        try replay.run { _, _ in }
        replay.close()
        #expect(replay.report.isInterrupted)
        #expect(replay.report.replayedCount == 11)
        #expect(try bench.replay().replayedCount == 19)
        #expect(try bench.events().count == 30)
    }

    @Test func pagesFollowOneAnotherWithoutAGap() throws {
        let bench = try Bench()
        try bench.fill(0..<7, partition: 0)
        try bench.fill(7..<12, partition: 1)
        _ = try bench.replay { $0.selection.offsets = 2...2 }
        var places: [DeadLetterPlace] = []
        var after: DeadLetterPlace?
        repeat {
            let page = try bench.page(after: after, limit: 3)
            #expect(page.rows.count <= 3)
            for row in page.rows {
                places.append(DeadLetterPlace(partition: row.letter.place.partition, offset: row.letter.offset))
                #expect(row.replays.count == (row.letter.offset == 2 ? 1 : 0))
            }
            after = page.nextAfter
        } while after != nil
        #expect(places.map(\.description) == (0..<7).map { "0/\($0)" } + (0..<5).map { "1/\($0)" })
    }

    /// More than one batch, in more than one transaction.
    @Test func manyLettersGoInBatches() throws {
        let bench = try Bench()
        try bench.fill(0..<1201)
        let report = try bench.replay()
        #expect(report.replayed.mapValues(\.description) == [0: "0..1200"])
        #expect(try bench.events().count == 1201)
        #expect(try bench.read(bench.configuration.kafka.deadLettersTopic).count == 1204)
        #expect(try bench.replay().skippedCount == 1201)
    }

    /// The later of two replays takes over: the earlier can commit nothing more.
    @Test(.enabled(if: Bench.servers != nil, "The embedded broker does not fence: set KAFKA_BOOTSTRAP_SERVERS"))
    func laterReplayFencesTheEarlier() throws {
        let bench = try Bench()
        try bench.fill(0..<5)
        var early = try bench.makeReplay()
        var late = try bench.makeReplay()
        #expect(throws: ServiceError.self) { try early.run { _, _ in } }
        #expect(early.report.replayedCount == 0)
        try late.run { _, _ in }
        #expect(late.report.replayedCount == 5)
        early.close()
        late.close()
        #expect(try bench.events().count == 5)
    }
}
