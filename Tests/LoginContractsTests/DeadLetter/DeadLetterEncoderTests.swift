import LoginContracts
import Testing

/// Dead letters as Kafka Connect's and Spring Kafka's tools read them (contract: dead letters).
@Suite struct DeadLetterEncoderTests {
    typealias Header = SourceRecord.Header

    static let encoder = DeadLetterEncoder(groupID: "group", instanceID: "instance")

    static func added(_ disposition: DeadLetter.Disposition, stage: String, offset: [UInt8]) -> [Header] {
        [
            Header("login-validator.disposition", disposition.rawValue),
            Header("login-validator.failures", "1"),
            Header("__connect.errors.topic", "login.events"),
            Header("__connect.errors.partition", "258"),
            Header("__connect.errors.offset", "72623859790382856"),
            Header("__connect.errors.connector.name", "login-validator"),
            Header("__connect.errors.task.id", "instance"),
            Header("__connect.errors.stage", stage),
            Header("__connect.errors.class.name", "login-validator"),
            Header("__connect.errors.exception.class.name", "login-validator.\(disposition.rawValue)"),
            Header("__connect.errors.exception.message", "kgAppId: is missing"),
            Header("kafka_dlt-original-topic", "login.events"),
            Header(name: "kafka_dlt-original-partition", value: [0, 0, 1, 2]),
            Header(name: "kafka_dlt-original-offset", value: offset),
            Header("kafka_dlt-original-consumer-group", "group"),
            Header("kafka_dlt-exception-fqcn", "login-validator.\(disposition.rawValue)"),
            Header("kafka_dlt-exception-message", "kgAppId: is missing"),
            Header(name: "kafka_dlt-original-timestamp", value: [0, 0, 0, 0, 0, 0, 3, 232]),
        ]
    }

    @Test(arguments: [
        (DeadLetter.Disposition.malformed, "VALUE_CONVERTER"), (.unknownApp, "TRANSFORMATION"),
        (.stale, "TRANSFORMATION"), (.rejectedByPlatform, "TASK_PUT"), (.undetermined, "TASK_PUT"),
    ])
    func headersAreExactlyTheContracts(_ disposition: DeadLetter.Disposition, stage: String) {
        let original = [
            Header("a", "1"), Header("a", "2"), Header(name: "empty", value: []), Header(name: "none", value: nil),
        ]
        let record = SourceRecord.login(
            [0xFF, 0x00],
            headers: original,
            partition: 258,
            offset: 0x0102_0304_0506_0708,
            timestamp: Timestamp(1000),
            key: [0x00, 0xFE]
        )
        let letter = DeadLetter(record: record, disposition: disposition, message: "kgAppId: is missing")
        let encoded = Self.encoder.encode(letter)
        #expect(encoded.key == [0x00, 0xFE])
        #expect(encoded.value == [0xFF, 0x00])
        #expect(encoded.headers == original + Self.added(disposition, stage: stage, offset: [1, 2, 3, 4, 5, 6, 7, 8]))
    }

    @Test func tombstoneAndMissingKeyAndTimestampStayMissing() {
        let record = SourceRecord.login(nil as [UInt8]?, timestamp: nil, key: nil)
        let encoded = Self.encoder.encode(DeadLetter(record: record, disposition: .malformed, message: "m"))
        #expect(encoded.key == nil)
        #expect(encoded.value == nil)
        #expect(!encoded.headers.contains { $0.name == "kafka_dlt-original-timestamp" })
    }

    @Test func repeatedFailureDoesNotGrowAndTellsTheLastPlace() throws {
        var record = SourceRecord.login(Array("x".utf8), headers: [Header("own", "1")], offset: 1)
        var counts: Set<Int> = []
        for offset in Int64(2)...6 {
            let letter = DeadLetter(record: record, disposition: .undetermined, message: "m\(offset)")
            let encoded = Self.encoder.encode(letter)
            counts.insert(encoded.headers.count)
            #expect(Set(encoded.headers.map(\.name)).count == encoded.headers.count)
            record = .login(encoded.value, headers: encoded.headers, offset: offset)
        }
        #expect(counts == [19])
        #expect(record.header("login-validator.failures") == "5")
        #expect(record.headers.first == Header("own", "1"))
        #expect(record.header("__connect.errors.offset") == "5")
        #expect(record.header("kafka_dlt-exception-message") == "m6")
    }

    @Test func earlierTimestampGoesWhenTheRecordHasNoneNow() {
        let old = Header(name: "kafka_dlt-original-timestamp", value: [1])
        let record = SourceRecord.login([], headers: [old], timestamp: nil)
        let encoded = Self.encoder.encode(DeadLetter(record: record, disposition: .stale, message: "m"))
        #expect(!encoded.headers.contains(old))
    }

    /// Whoever writes login events must not be able to make a whole dead letter look as if it were not.
    @Test func forgedHeadersOfAFailureAreReplaced() {
        let forged = DeadLetterHeader.ofFailure.sorted().flatMap { [Header($0, "forged"), Header($0, "again")] }
        let record = SourceRecord.login(Array("x".utf8), headers: forged + [Header("own", "1")])
        let encoded = Self.encoder.encode(
            DeadLetter(record: record, disposition: .stale, message: "m"),
            maximumBytes: 10_000
        )
        #expect(encoded.headers.filter { $0.name == DeadLetterHeader.omitted } == [])
        #expect(!encoded.headers.contains { $0.value == Array("forged".utf8) || $0.value == Array("again".utf8) })
        #expect(Set(encoded.headers.map(\.name)).count == encoded.headers.count)
    }

    @Test(arguments: [
        ([Header("login-validator.replays", "3")], "4"), ([Header("login-validator.failures", "7")], "8"),
        ([Header("login-validator.replays", "-1")], "1"), ([Header("login-validator.replays", "many")], "1"),
        ([Header("login-validator.replays", "99999999999999999999")], "1"),
        ([Header("login-validator.replays", "1000000")], "1000000"),
        ([Header(name: "login-validator.replays", value: nil)], "1"),
    ])
    func failuresAreCounted(_ headers: [Header], count: String) {
        let record = SourceRecord.login(Array("x".utf8), headers: headers)
        let encoded = Self.encoder.encode(DeadLetter(record: record, disposition: .stale, message: "m"))
        #expect(encoded.headers.contains(Header("login-validator.failures", count)))
    }

    @Test func negativeTimestampIsTwosComplement() {
        let record = SourceRecord.login([], timestamp: Timestamp(-2))
        let encoded = Self.encoder.encode(DeadLetter(record: record, disposition: .stale, message: "m"))
        #expect(encoded.headers.last?.value == [255, 255, 255, 255, 255, 255, 255, 254])
    }

    @Test(arguments: DeadLetter.Disposition.allCases)
    func headersAreValidBySchema(_ disposition: DeadLetter.Disposition) throws {
        let letter = DeadLetter(record: .login("x"), disposition: disposition, message: "m")
        let numbers: Set = ["partition", "offset", "timestamp"].reduce(into: Set()) {
            $0.insert("kafka_dlt-original-\($1)")
        }
        let members = Self.encoder.encode(letter).headers.map { header -> (String, JSONValue) in
            let bytes = header.value ?? []
            guard numbers.contains(header.name) else {
                return (header.name, .string(String(decoding: bytes, as: UTF8.self)))
            }
            return (header.name, .integer(Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })))
        }
        let schema = try SchemaFolder.schema("dead-letter-headers")
        #expect(schema.problems(of: .object(Dictionary(uniqueKeysWithValues: members))) == [])
    }

    @Test func everyUndecidedDecisionHasItsDisposition() {
        typealias Disposition = DeadLetter.Disposition
        for decision in [Decision.pass, .kick, .lockout] {
            #expect(Disposition(decision: decision, reason: .malformed) == nil)
        }
        #expect(Disposition(decision: .rejected, reason: .malformed) == .malformed)
        #expect(Disposition(decision: .rejected, reason: .unknownApp) == .unknownApp)
        #expect(Disposition(decision: .rejected, reason: .invalidRequest) == .rejectedByPlatform)
        #expect(Disposition(decision: .undetermined, reason: .platformUnavailable) == .undetermined)
        #expect(Disposition(decision: .stale, reason: .tooOld) == .stale)
    }
}
