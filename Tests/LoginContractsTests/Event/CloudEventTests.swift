import LoginContracts
import Testing

/// Login events as CloudEvents (Kafka protocol binding).
@Suite struct CloudEventTests {
    typealias Header = SourceRecord.Header

    static let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    static let otherTrace = "00-11111111111111111111111111111111-2222222222222222-00"

    static func binary(_ changes: [String: String?] = [:]) -> [Header] {
        var attributes: [String: String?] = [
            "ce_specversion": "1.0", "ce_id": "ce-1", "ce_time": "2026-02-01T00:00:00Z",
        ]
        attributes.merge(changes) { $1 }
        return attributes.compactMap { name, value in value.map { Header(name, $0) } }
    }

    static let structured = [Header("content-type", "application/cloudevents+json")]

    static func envelope(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String?] = [
            "specversion": #""1.0""#, "id": #""ce-1""#, "source": #""/game""#, "type": #""login""#,
            "time": #""2026-02-01T00:00:00Z""#, "data": loginJSON(),
        ]
        members.merge(changes) { $1 }
        return "{" + members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ",")
            + "}"
    }

    @Test func binaryAttributesAreDefaultsOfTheEvent() throws {
        let event = try #require(SourceRecord.login(loginJSON(), headers: Self.binary()).event)
        #expect(event.eventID == "ce-1")
        #expect(event.occurredAt?.description == "2026-02-01T00:00:00.000Z")
    }

    @Test func structuredAttributesAreDefaultsOfTheEvent() throws {
        let event = try #require(SourceRecord.login(Self.envelope(), headers: Self.structured).event)
        #expect(event.eventID == "ce-1")
        #expect(event.occurredAt?.description == "2026-02-01T00:00:00.000Z")
        #expect(event.accessToken.value == secretToken)
    }

    @Test(arguments: [false, true]) func fieldsOfTheDataWinOverAttributes(isStructured: Bool) throws {
        let data = loginJSON(["eventId": #""own""#, "occurredAt": #""2026-03-01T00:00:00Z""#])
        let record =
            isStructured
            ? SourceRecord.login(Self.envelope(["data": data]), headers: Self.structured)
            : SourceRecord.login(data, headers: Self.binary())
        let event = try #require(record.event)
        #expect(event.eventID == "own")
        #expect(event.occurredAt?.description == "2026-03-01T00:00:00.000Z")
    }

    @Test(arguments: [false, true]) func timeIsOptional(isStructured: Bool) throws {
        let record =
            isStructured
            ? SourceRecord.login(Self.envelope(["time": nil]), headers: Self.structured)
            : SourceRecord.login(loginJSON(), headers: Self.binary(["ce_time": nil]))
        #expect(try #require(record.event).occurredAt == Timestamp(1_769_819_400_000))
    }

    @Test(
        arguments: [
            ("specversion", "0.3"), ("specversion", ""), ("specversion", "1.0.0"), ("id", nil), ("id", ""),
            ("id", String(repeating: "i", count: 129)), ("time", "yesterday"), ("time", ""),
            ("time", "2026-02-30T00:00:00Z"),
        ] as [(String, String?)]
    )
    func brokenAttributeIsNamed(_ name: String, value: String?) throws {
        let binary = SourceRecord.login(loginJSON(), headers: Self.binary(["ce_\(name)": value]))
        #expect(try #require(binary.defect).field == name)
        let structured = SourceRecord.login(
            Self.envelope([name: value.map { "\"\($0)\"" }]),
            headers: Self.structured
        )
        #expect(try #require(structured.defect).field == name)
    }

    @Test func attributesInHeadersDoNotRepairAStructuredEvent() throws {
        let record = SourceRecord.login(Self.envelope(["id": nil]), headers: Self.structured + Self.binary())
        #expect(try #require(record.defect).field == "id")
    }

    @Test(
        arguments: [
            ("null", "data"), ("[]", "data"), ("\"text\"", "data"), ("1", "data"), (nil, "data"),
            ("{}", "data.kgAppId"), (loginJSON(["playerId": "1"]), "data.playerId"),
            (loginJSON(["platform": "null"]), "data.platform"),
        ] as [(String?, String)]
    )
    func brokenDataOfAStructuredEventIsNamedWithItsPath(_ data: String?, field: String) throws {
        let record = SourceRecord.login(Self.envelope(["data": data]), headers: Self.structured)
        #expect(try #require(record.defect).field == field)
    }

    @Test(arguments: [
        "application/cloudevents-batch+json", "application/cloudevents-batch+json; charset=UTF-8",
        "APPLICATION/CLOUDEVENTS-BATCH+JSON", "application/cloudevents+avro", "application/cloudevents",
    ])
    func batchAndOtherFormatsAreRefused(_ contentType: String) throws {
        let record = SourceRecord.login("[\(Self.envelope())]", headers: [Header("content-type", contentType)])
        #expect(try #require(record.defect).field == "content-type")
    }

    @Test(arguments: [
        "application/cloudevents+json", "application/cloudevents+json;charset=utf-8", "Application/CloudEvents+JSON",
    ])
    func structuredModeIsToldByTheContentType(_ contentType: String) {
        let record = SourceRecord.login(Self.envelope(), headers: [Header("content-type", contentType)])
        #expect(record.event?.eventID == "ce-1")
    }

    /// So its other attributes count as little as any header, whatever is in them: nothing has checked them.
    @Test(arguments: [("ce-1", "2026-02-01T00:00:00Z"), ("", ""), (String(repeating: "i", count: 129), "yesterday")])
    func recordWithoutSpecversionIsPlainJSON(id: String, time: String) throws {
        let headers = [
            Header("content-type", "application/json"), Header("ce_id", id), Header("ce_time", time),
            Header("other", "x"),
        ]
        let event = try #require(SourceRecord.login(loginJSON(), headers: headers).event)
        #expect(event == SourceRecord.login(loginJSON()).event)
    }

    @Test func headersThatAreNoTextAreNoCrash() throws {
        for value in [nil, [], [0xFF], [0]] as [[UInt8]?] {
            let headers = [Header(name: "ce_specversion", value: value), Header("ce_id", "1")]
            #expect(
                try #require(SourceRecord.login(Array(loginJSON().utf8), headers: headers).defect).field
                    == "specversion"
            )
            let typed = [Header(name: "content-type", value: value), Header(name: "traceparent", value: value)]
            #expect(try #require(SourceRecord.login(Array(loginJSON().utf8), headers: typed).event).trace == nil)
        }
    }

    @Test func lastOfSeveralHeadersCounts() {
        let headers = Self.binary() + [Header("ce_id", "last")]
        #expect(SourceRecord.login(loginJSON(), headers: headers).event?.eventID == "last")
    }

    @Test func traceContextComesFromHeadersOrTheEnvelope() throws {
        let header = [Header("traceparent", Self.trace), Header("tracestate", "a=b")]
        #expect(SourceRecord.login(loginJSON(), headers: header).event?.trace?.traceparent == Self.trace)
        let extended = Self.binary(["ce_traceparent": Self.trace, "ce_tracestate": "a=b"])
        let event = try #require(SourceRecord.login(loginJSON(), headers: extended).event)
        #expect(event.trace?.traceparent == Self.trace)
        #expect(event.trace?.tracestate == "a=b")
        let inside = Self.envelope(["traceparent": "\"\(Self.otherTrace)\""])
        #expect(
            SourceRecord.login(inside, headers: Self.structured + header).event?.trace?.traceparent == Self.otherTrace
        )
    }

    @Test(arguments: ["1", "null", "[]", "{}", "true", "\"\"", "\"broken\""])
    func brokenTraceContextNeverMakesAnEventMalformed(_ value: String) throws {
        let text = Self.envelope(["traceparent": value, "tracestate": value])
        #expect(try #require(SourceRecord.login(text, headers: Self.structured).event).trace == nil)
    }
}
