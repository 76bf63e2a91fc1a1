import LoginContracts
import Testing

/// Dead letters read back, also those that somebody tampered with.
@Suite struct DeadLetterDecoderTests {
    typealias Header = SourceRecord.Header

    static let encoder = DeadLetterEncoder(groupID: "group", instanceID: "instance")

    /// The record that lies in the dead-letter topic, at partition 0 and offset 17.
    static func record(
        _ event: SourceRecord,
        _ disposition: DeadLetter.Disposition = .malformed,
        message: String = "kgAppId: is missing"
    ) -> SourceRecord {
        let encoded = Self.encoder.encode(DeadLetter(record: event, disposition: disposition, message: message))
        return SourceRecord(
            partition: SourcePartition(topic: "letters", partition: 0),
            offset: 17,
            timestamp: event.timestamp,
            key: encoded.key,
            value: encoded.value,
            headers: encoded.headers
        )
    }

    static func letter(_ record: SourceRecord) throws -> StoredDeadLetter {
        guard case .letter(let letter) = DeadLetterDecoder().decode(record) else {
            throw DeadLetterProblem(header: "-", rule: "is a marker")
        }
        return letter
    }

    static func stored(_ event: SourceRecord) -> StoredDeadLetter {
        guard let letter = try? Self.letter(Self.record(event)) else { preconditionFailure("A letter is a letter.") }
        return letter
    }

    @Test(arguments: DeadLetter.Disposition.allCases)
    func everythingTheEncoderWritesIsReadBack(_ disposition: DeadLetter.Disposition) throws {
        let own = [Header("a", "1"), Header("a", "2"), Header(name: "none", value: nil)]
        let event = SourceRecord.login([0xFF, 0x00], headers: own, partition: 258, offset: 1 << 40)
        let letter = try Self.letter(Self.record(event, disposition))
        #expect(letter.problems == [])
        #expect(letter.obstacle == nil)
        #expect(letter.disposition == disposition)
        #expect(letter.place == SourcePartition(topic: "letters", partition: 0) && letter.offset == 17)
        #expect(
            letter.origin
                == StoredDeadLetter.Origin(partition: event.partition, offset: event.offset, timestamp: event.timestamp)
        )
        #expect(letter.message == "kgAppId: is missing")
        #expect(letter.groupID == "group" && letter.instanceID == "instance")
        #expect(letter.failures == 1 && letter.replays == 0 && letter.replayedFrom == nil)
        #expect(letter.event.key == event.key && letter.event.value == event.value && letter.event.headers == own)
        #expect(letter.event.partition == event.partition && letter.event.offset == event.offset)
    }

    struct Tampering: Sendable, CustomTestStringConvertible {
        var header: String
        var values: [[UInt8]?]
        /// The header that the problem names, where it is another one.
        var named: String?
        var testDescription: String { "\(self.header) \(self.values.map { $0?.count ?? -1 })" }

        init(_ header: String, _ values: [[UInt8]?], named: String? = nil) {
            self.header = header
            self.values = values
            self.named = named
        }

        init(_ header: String, _ texts: String..., named: String? = nil) {
            self.init(header, texts.map { Array($0.utf8) }, named: named)
        }
    }

    static let huge = [UInt8](repeating: UInt8(ascii: "9"), count: 100_000)

    static let tamperings: [Tampering] = [
        Tampering("login-validator.disposition"), Tampering("login-validator.disposition", [nil]),
        Tampering("login-validator.disposition", "lost"), Tampering("login-validator.disposition", ""),
        Tampering("login-validator.disposition", "stale", "stale"), Tampering("login-validator.disposition", [[0xFF]]),
        Tampering("login-validator.disposition", [huge]),
        Tampering("__connect.errors.topic"), Tampering("__connect.errors.topic", ""),
        Tampering("__connect.errors.topic", "a b"), Tampering("__connect.errors.topic", "a\u{1B}[2J"),
        Tampering("__connect.errors.topic", [huge]),
        Tampering("__connect.errors.topic", "other", named: "kafka_dlt-original-topic"),
        Tampering("__connect.errors.partition"), Tampering("__connect.errors.partition", "-1"),
        Tampering("__connect.errors.partition", "+1"), Tampering("__connect.errors.partition", "2147483648"),
        Tampering("__connect.errors.partition", "1", "1"),
        Tampering("__connect.errors.partition", "4", named: "kafka_dlt-original-partition"),
        Tampering("__connect.errors.offset", "9223372036854775808"), Tampering("__connect.errors.offset", "１"),
        Tampering("__connect.errors.offset", ""), Tampering("__connect.errors.offset", [huge]),
        Tampering("__connect.errors.offset", "1043", named: "kafka_dlt-original-offset"),
        Tampering("kafka_dlt-original-topic"), Tampering("kafka_dlt-original-partition", "3"),
        Tampering("kafka_dlt-original-partition", [[0, 0, 0, 0, 3]]), Tampering("kafka_dlt-original-offset", [nil]),
        Tampering("kafka_dlt-original-offset", [[UInt8](repeating: 0xFF, count: 8)]),
    ]

    @Test(arguments: tamperings)
    func tamperedHeaderIsNamedAndNothingIsReplayed(_ tampering: Tampering) throws {
        var record = Self.record(.login("x"))
        record.headers.removeAll { $0.name == tampering.header }
        record.headers += tampering.values.map { Header(name: tampering.header, value: $0) }
        let letter = try Self.letter(record)
        #expect(letter.problems.map(\.header) == [tampering.named ?? tampering.header])
        let obstacle = try #require(letter.obstacle)
        #expect(obstacle.contains(tampering.named ?? tampering.header))
        #expect(obstacle.utf8.count < 200)
        #expect(letter.event.value == Array("x".utf8))
    }

    @Test func recordOfAnotherProgramHasEveryProblemAndNoOrigin() throws {
        let letter = try Self.letter(.login("x", headers: [Header("kafka_dlt-exception-message", "theirs")]))
        #expect(letter.disposition == nil && letter.origin == nil)
        #expect(letter.message == "theirs")
        #expect(letter.problems.count == 4)
    }

    @Test(arguments: [
        "value", "value,headers", "value,headers,key", "", ",", "Value", "key,value,headers,key", "everything",
    ])
    func whatWasLeftOutCannotBeReplayed(_ omitted: String) throws {
        var record = Self.record(.login("x"))
        record.headers.append(Header("login-validator.omitted", omitted))
        let letter = try Self.letter(record)
        #expect(!letter.omitted.isEmpty)
        let obstacle = try #require(letter.obstacle)
        #expect(obstacle.contains("left out") && obstacle.contains("login.events/3/1042"))
    }

    @Test func longMessageIsCut() throws {
        let letter = try Self.letter(Self.record(.login("x"), message: String(repeating: "m", count: 5000)))
        #expect(letter.message?.count == StoredDeadLetter.maximumMessageLength)
    }

    @Test func repeatedReplaysAndFailuresDoNotGrow() throws {
        var event = SourceRecord.login(loginJSON(), headers: [Header("own", "1")])
        let first = event
        let replays = ReplayEncoder(clusterID: "cluster")
        var sizes: Set<Int> = []
        for round in 1...5 {
            let letter = try Self.letter(Self.record(event, .undetermined))
            #expect(letter.obstacle == nil && letter.failures == round && letter.replays == round - 1)
            let replayed = replays.encode(letter, at: Timestamp(1_769_900_000_000))
            #expect(replayed.key == first.key && replayed.value == first.value)
            #expect(Set(replayed.headers.map(\.name)) == DeadLetterHeader.ofReplay.union(["own"]))
            sizes.insert(replayed.headers.count)
            event = .login(
                replayed.value,
                headers: replayed.headers,
                partition: Int32(round),
                offset: Int64(round),
                timestamp: Timestamp(Int64(round))
            )
            let login = try #require(event.event)
            #expect(login.eventID == "login.events-3-1042")
            #expect(login.occurredAt == first.timestamp)
            #expect(event.header("login-validator.replays") == "\(round)")
            #expect(event.header("login-validator.replayed-from") == "cluster/letters/0/17")
        }
        #expect(sizes == [6])
    }

    @Test func producersOwnIDAndTimeWinOverThoseOfTheFirstPlace() throws {
        let json = loginJSON(["eventId": #""mine""#, "occurredAt": #""2026-01-31T09:30:00Z""#])
        let letter = Self.stored(.login(json))
        let replayed = ReplayEncoder(clusterID: "c").encode(letter, at: Timestamp(0))
        let login = try #require(SourceRecord.login(replayed.value, headers: replayed.headers).event)
        #expect(login.eventID == "mine")
        #expect(login.occurredAt?.description == "2026-01-31T09:30:00.000Z")
    }

    @Test(arguments: ["", String(repeating: "x", count: 129)])
    func unusableEventIDHeaderIsIgnored(_ id: String) throws {
        let login = try #require(
            SourceRecord.login(loginJSON(), headers: [Header("login-validator.event-id", id)]).event
        )
        #expect(login.eventID == "login.events-3-1042")
    }
}
