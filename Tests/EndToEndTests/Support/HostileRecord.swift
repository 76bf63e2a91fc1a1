/// A record that is not a usable login event, and what the service must say about it.
struct HostileRecord {
    var kind: String
    var key: [UInt8]
    var value: [UInt8]
    /// The message names this field and holds this part of the rule.
    var field: String
    var rule: String

    /// Records that one run of a producer can send.
    struct Batch {
        var records: [HostileRecord]
        var headers: [String] = []
        var hasKeys = true
        var isTombstones = false
    }

    struct Expectation {
        var kind: String
        var field: String
        var rule: String
        var headers: [String]
    }

    /// What tells records apart.
    struct Content: Hashable {
        var key: [UInt8]?
        var value: [UInt8]?
    }

    static func expectations(of batches: [Batch]) -> [Content: Expectation] {
        var expectations: [Content: Expectation] = [:]
        for batch in batches {
            for record in batch.records {
                let content = Content(
                    key: batch.hasKeys ? record.key : nil,
                    value: batch.isTombstones ? nil : record.value
                )
                expectations[content] = Expectation(
                    kind: record.kind,
                    field: record.field,
                    rule: record.rule,
                    headers: batch.headers
                )
            }
        }
        return expectations
    }
}

extension HostileRecord.Content {
    init(_ record: RawRecord) {
        self.init(key: record.key, value: record.value)
    }
}

extension HostileRecord {
    private struct Kind: Sendable {
        var name: String
        var field: String
        var rule: String
        /// The value; the text goes where it makes the value unique.
        var value: @Sendable (String) -> [UInt8]

        init(_ name: String, _ field: String, _ rule: String, bytes: @escaping @Sendable (String) -> [UInt8]) {
            self.name = name
            self.field = field
            self.rule = rule
            self.value = bytes
        }

        init(_ name: String, _ field: String, _ rule: String, _ text: @escaping @Sendable (String) -> String) {
            self.init(name, field, rule) { Array(text($0).utf8) }
        }
    }

    /// So many records of every kind in turn, and the special ones.
    static func batches(count: Int) -> [Batch] {
        let special = [
            Self.withHeaders(
                "structured",
                "specversion",
                "must be \"1.0\"",
                "content-type=application/cloudevents+json"
            ),
            Self.withHeaders("avro", "content-type", "is not JSON", "content-type=application/cloudevents+avro"),
            Self.withHeaders("batch", "content-type", "batch", "content-type=application/cloudevents-batch+json"),
            Self.withHeaders("version", "specversion", "must be \"1.0\"", "ce_specversion=9.9"),
            Self.withHeaders("noID", "id", "is required", "ce_specversion=1.0"),
            Self.withHeaders("forged", "kgAppId", "is missing", "kafka_dlt-exception-message=forged\r\nX: y"),
            Self.withHeaders("strange", "kgAppId", "is missing", "x\r\ny=a\r\nb\u{1}"),
            Batch(
                records: (0..<50).map {
                    HostileRecord(
                        kind: "tombstone",
                        key: Self.key("tombstone", $0),
                        value: [],
                        field: "value",
                        rule: "tombstone"
                    )
                },
                isTombstones: true
            ),
            Batch(
                records: (0..<50).map {
                    HostileRecord(
                        kind: "empty",
                        key: Self.key("empty", $0),
                        value: [],
                        field: "value",
                        rule: "is empty"
                    )
                }
            ),
            Batch(
                records: (0..<3).map {
                    let value = Array("fake-token-\($0)".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 900_000)
                    return HostileRecord(
                        kind: "huge",
                        key: Self.key("huge", $0),
                        value: value,
                        field: "value",
                        rule: "at most 65536"
                    )
                }
            ),
            Batch(
                records: (0..<200).map { Self.record($0, of: Self.kinds[$0 % Self.kinds.count], "keyless") },
                hasKeys: false
            ),
        ]
        let rest = max(0, count - special.map(\.records.count).reduce(0, +))
        return special + [
            Batch(records: (0..<rest).map { Self.record($0, of: Self.kinds[$0 % Self.kinds.count], "keyed") })
        ]
    }

    private static func withHeaders(_ kind: String, _ field: String, _ rule: String, _ header: String) -> Batch {
        let records = (0..<20).map {
            HostileRecord(
                kind: kind,
                key: Self.key(kind, $0),
                value: Array("{\"accessToken\":\"fake-token-\($0)\",\"platform\":\"pc\"}".utf8),
                field: field,
                rule: rule
            )
        }
        return Batch(records: records, headers: [header, "tenant=kr"])
    }

    private static func key(_ kind: String, _ number: Int) -> [UInt8] { Array("\(kind)-\(number)".utf8) }

    private static func record(_ number: Int, of kind: Kind, _ batch: String) -> HostileRecord {
        HostileRecord(
            kind: kind.name,
            key: Self.key(kind.name, number),
            value: kind.value("fake-token-\(batch)-\(number)"),
            field: kind.field,
            rule: kind.rule
        )
    }

    /// A login event with these members, a right one where they do not say otherwise.
    private static func login(_ token: String, _ changes: [String: String] = [:], without: String? = nil) -> String {
        var members = [
            "kgAppId": "\"900100\"", "accessToken": "\"ok_\(token)\"", "platform": "\"pc\"", "playerId": "\"7\"",
        ]
        members.merge(changes) { _, new in new }
        let texts = members.filter { $0.key != without }.map { "\"\($0)\":\($1)" }.sorted()
        return "{" + texts.joined(separator: ",") + "}"
    }

    private static let kinds: [Kind] = [
        Kind("notJSON", "value", "is not valid JSON") { "login of \($0)" },
        Kind("truncated", "value", "is not valid JSON") { String(login($0).dropLast(2)) },
        Kind("array", "value", "wrong type") { "[\(login($0))]" },
        Kind("text", "value", "wrong type") { "\"\($0)\"" },
        Kind("empty object", "kgAppId", "is missing") { "{\"x\":\"\($0)\"}" },
        Kind("numberForToken", "accessToken", "JSON string") { login($0, ["accessToken": "7", "x": "\"\($0)\""]) },
        Kind("objectForToken", "accessToken", "JSON string") { login($0, ["accessToken": "{\"a\":\"\($0)\"}"]) },
        Kind("nullToken", "accessToken", "is missing") { login($0, ["accessToken": "null", "x": "\"\($0)\""]) },
        Kind("emptyToken", "accessToken", "visible ASCII") { login($0, ["accessToken": "\"\"", "x": "\"\($0)\""]) },
        Kind("lineBreakInToken", "accessToken", "visible ASCII") {
            login($0, ["accessToken": "\"\($0)\\r\\nplayerId: 1\""])
        },
        Kind("nulInToken", "accessToken", "visible ASCII") { login($0, ["accessToken": "\"\($0)\\u0000\""]) },
        Kind("surrogateInToken", "value", "is not valid JSON") { login($0, ["accessToken": "\"\($0)\\ud800\""]) },
        Kind("longToken", "accessToken", "4096") {
            login($0, ["accessToken": "\"\($0)\(String(repeating: "x", count: 4096))\""])
        },
        Kind("spaceInToken", "accessToken", "visible ASCII") { login($0, ["accessToken": "\"\($0) x\""]) },
        Kind("lineBreakInPlayer", "playerId", "visible ASCII") { login($0, ["playerId": "\"1\\nappSecret: x\""]) },
        Kind("longPlayer", "playerId", "64") { login($0, ["playerId": "\"\(String(repeating: "9", count: 65))\""]) },
        Kind("numberForPlayer", "playerId", "JSON string") { login($0, ["playerId": "12345"]) },
        Kind("otherScript", "playerId", "visible ASCII") { login($0, ["playerId": "\"플레이어\""]) },
        Kind("lineBreakInApp", "kgAppId", "digits") { login($0, ["kgAppId": "\"900100\\r\\nX: y\""]) },
        Kind("numberForApp", "kgAppId", "JSON string") { login($0, ["kgAppId": "900100"]) },
        Kind("hugeNumberForApp", "kgAppId", "JSON string") {
            login($0, ["kgAppId": String(repeating: "9", count: 300)])
        },
        Kind("unknownApp", "kgAppId", "without credentials") { login($0, ["kgAppId": "\"999999999\""]) },
        Kind("unknownPlatform", "platform", "must be one of") { login($0, ["platform": "\"PC\\n\""]) },
        Kind("arrayForPlatform", "platform", "JSON string") { login($0, ["platform": "[\"pc\"]"]) },
        Kind("noPlatform", "platform", "is missing") { login($0, without: "platform") },
        Kind("unknownMethod", "loginMethod", "must be one of") { login($0, ["loginMethod": "\"bridge\""]) },
        Kind("badTime", "occurredAt", "RFC 3339") { login($0, ["occurredAt": "\"yesterday\""]) },
        Kind("longEvent", "eventId", "128") { login($0, ["eventId": "\"\(String(repeating: "e", count: 129))\""]) },
        Kind("emptySession", "sessionId", "256") { login($0, ["sessionId": "\"\""]) },
        Kind("deepNesting", "value", "is not valid JSON") {
            "{\"x\":\"\($0)\",\"y\":" + String(repeating: "[", count: 1500) + String(repeating: "]", count: 1500) + "}"
        },
        Kind("deepObjects", "value", "is not valid JSON") {
            String(repeating: "{\"\($0)\":", count: 600) + "1" + String(repeating: "}", count: 600)
        },
        Kind(
            "notUTF8",
            "value",
            "is not valid JSON",
            bytes: { Array(login($0).utf8.dropLast(2)) + [0xC3, 0x28, 0x22, 0x7D] }
        ),
        Kind("nulByte", "value", "is not valid JSON", bytes: { Array("{\"kgAppId\":\"\($0)".utf8) + [0, 0x22, 0x7D] }),
        Kind(
            "otherEncoding",
            "value",
            "UTF-8",
            bytes: { [0xFF, 0xFE] + login($0).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } }
        ),
    ]
}
