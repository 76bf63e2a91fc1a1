import Foundation
import LoginContracts

extension FuzzTarget {
    private static let loginEvents = [
        #"{"kgAppId":"123456","accessToken":"\#(plantedSecret)","platform":"mobile"}"#,
        #"{"kgAppId":"1","accessToken":"\#(plantedSecret)","loginMethod":"bridgeToken","platform":"web","playerId":"p-1","eventId":"e-1","occurredAt":"2026-01-31T09:30:00.5+09:00","sessionId":"s","serverId":"é"}"#,
        #"{"accessToken":"\#(plantedSecret)","x":[1,{"y":null}],"kgAppId":"0","platform":null,"loginMethod":"launcher","sessionId":"\ud834\udd1e"}"#,
    ]

    private static let eventWords = [
        #""platform":"web","#, #""loginMethod":"launcher","#, #""playerId":"p","#, "kgAppId", "accessToken", "sdk",
        "pc",
        #""occurredAt":"2026-02-29T00:00:00Z","#, #""data":"#, #""eventId":"","#, #""serverId":1,"#, "T23:59:60z",
        #""specversion":"1.0","#, #""id":"i","#, "ce_specversion: 1.0\n", "ce_id: a\n", "traceparent: ",
        "content-type: application/cloudevents+json\n", "content-type: application/cloudevents-batch+json\n",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ]

    /// A record's value, without headers.
    static let loginEvent = FuzzTarget("login-event", seeds: loginEvents, pieces: eventWords) { input in
        Self.brokenRules(of: SourceRecord(input, headers: []))
    }

    /// `name: value` header lines, an empty line, and the record's value.
    static let cloudEvent = FuzzTarget(
        "cloud-event",
        seeds: loginEvents.flatMap { event in
            [
                "ce_specversion: 1.0\nce_id: ce-1\nce_time: 2026-02-01T00:00:00Z\nce_traceparent: "
                    + "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\ntracestate: a=b\n\n\(event)",
                "content-type: application/cloudevents+json\n\n"
                    + #"{"specversion":"1.0","id":"ce-1","source":"/g","type":"login","time":"2026-02-01T00:00:00Z","data":\#(event)}"#,
            ]
        }
            // Without a version, the headers are no event's.
            + ["ce_id: \nce_time: yesterday\n\n\(loginEvents[0])"],
        pieces: eventWords
    ) { input in
        var rest = input[...]
        var headers: [SourceRecord.Header] = []
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard !line.isEmpty else { break }
            let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
            let value = line[colon...].dropFirst()
            headers.append(
                .init(
                    name: String(decoding: line[..<colon], as: UTF8.self),
                    value: colon == line.endIndex ? nil : Array(value.first == 0x20 ? value.dropFirst() : value)
                )
            )
        }
        return Self.brokenRules(of: SourceRecord(Array(rest), headers: headers))
    }

    private static func brokenRules(of record: SourceRecord) -> [String] {
        var rules = Rules()
        do throws(EventDefect) {
            let event = try LoginEventDecoder().decode(record)
            Self.check(event, &rules)
            Self.checkRoundTrip(event, &rules)
        } catch {
            rules.expect(!error.rule.isEmpty && !error.field.isEmpty, "a defect names field and rule")
            rules.expect(error.field.utf8.count <= 64, "a defect's field is bounded")
            rules.expect(!shown(error).contains("SECRET"), "a defect quotes nothing of the record")
        }
        rules.expect(!shown(record).contains("SECRET"), "a record does not show its bytes as text")
        return rules.broken
    }

    /// The rules of `schemas/login-event.schema.json`; nothing behind the decoder doubts them again.
    private static func check(_ event: LoginEvent, _ rules: inout Rules) {
        func isText(_ text: String?, _ maximum: Int) -> Bool {
            text.map { !$0.isEmpty && $0.unicodeScalars.count <= maximum } ?? true
        }
        let isVisible = { (text: String) in text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
        rules.expect(isText(event.kgAppId, 32), "kgAppId has 1 to 32 digits")
        rules.expect(event.kgAppId.utf8.allSatisfy { (0x30...0x39).contains($0) }, "kgAppId is digits")
        let token = event.accessToken.value
        rules.expect(isText(token, 4096) && isVisible(token), "accessToken is visible ASCII")
        rules.expect(event.loginMethod?.impliedPlatform.map { $0 == event.platform } ?? true, "loginMethod wins")
        rules.expect(event.overriddenPlatform != event.platform, "an overridden platform is another one")
        rules.expect(
            event.overriddenPlatform == nil || event.loginMethod?.impliedPlatform != nil,
            "only a login method overrides"
        )
        rules.expect(isText(event.playerId, 64) && isVisible(event.playerId ?? ""), "playerId is visible ASCII")
        rules.expect(isText(event.eventID, 128), "eventId has 1 to 128 characters")
        rules.expect(isText(event.sessionId, 256), "sessionId has 1 to 256 characters")
        rules.expect(isText(event.serverId, 256), "serverId has 1 to 256 characters")
        rules.expect(event.occurredAt.map { Timestamp.expressible.contains($0) } ?? false, "occurredAt is expressible")
        let opaque = [event.kgAppId, event.playerId, event.eventID, event.sessionId, event.serverId]
        if token.utf8.count >= 16, !opaque.contains(where: { $0?.contains(token) ?? false }) {
            rules.expect(!shown(event).contains(token), "an event does not show its token")
        }
    }

    /// The event written as JSON is read as the same event: plainly, binary and structured.
    private static func checkRoundTrip(_ event: LoginEvent, _ rules: inout Rules) {
        let members = [
            "kgAppId": event.kgAppId, "accessToken": event.accessToken.value,
            "loginMethod": event.loginMethod?.rawValue,
            "platform": (event.overriddenPlatform ?? event.platform).rawValue, "playerId": event.playerId,
            "eventId": event.eventID, "occurredAt": event.occurredAt?.description, "sessionId": event.sessionId,
            "serverId": event.serverId,
        ].compactMapValues { $0 }
        guard let value = try? JSONEncoder().encode(members) else { return rules.expect(false, "an event is JSON") }
        let trace = [event.trace?.traceparent, event.trace?.tracestate]
        var headers: [SourceRecord.Header] = []
        if let traceparent = trace[0] { headers.append(.init("traceparent", traceparent)) }
        if let tracestate = trace[1] { headers.append(.init("tracestate", tracestate)) }
        let binary = headers + [.init("ce_specversion", "1.0"), .init("ce_id", "another")]
        let structured = headers + [.init("content-type", "application/cloudevents+json; charset=UTF-8")]
        let envelope = Data(#"{"specversion":"1.0","id":"another","data":"#.utf8) + value + Data("}".utf8)
        for (mode, value, headers) in [
            ("plain", value, headers), ("binary", value, binary), ("structured", envelope, structured),
        ] {
            let again = try? LoginEventDecoder().decode(SourceRecord(Array(value), headers: headers))
            rules.expect(again == event, "\(mode): an event that is written is read as the same")
        }
    }
}

extension SourceRecord {
    fileprivate init(_ value: [UInt8], headers: [Header]) {
        self.init(
            partition: SourcePartition(topic: "login.events", partition: 0),
            offset: 7,
            timestamp: Timestamp(1_769_819_400_000),
            key: nil,
            value: value,
            headers: headers
        )
    }
}
