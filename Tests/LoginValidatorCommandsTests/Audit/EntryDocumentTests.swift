import AuditTrail
import Foundation
import LoginContracts
import Testing

@testable import LoginValidatorCommands

@Suite struct EntryDocumentTests {
    @Test func everyFieldOfAFullEntryIsShown() throws {
        let document = EntryDocument(.validation(Samples.full))
        let fields = Dictionary(uniqueKeysWithValues: document.fields.map { ($0.name, $0.text) })
        let expected: [String: String] = [
            "index": "7", "kind": "validation", "recordedAt": "2026-01-31T09:30:00.000Z", "decision": "lockout",
            "reason": "lockedOut", "kgAppId": "909428", "playerId": "player-1", "sessionId": "session-1",
            "eventId": "event-1", "occurredAt": "2026-01-31T09:29:59.000Z", "platform": "pc",
            "overriddenPlatform": "web", "httpStatus": "463", "apiCode": "-10103", "message": "locked (463.-10103)",
            "playerStatus": "lockout", "attempts": "2", "platformLatencyMicroseconds": "12345",
            "delivery": "committed", "deliveredAt": "2026-01-31T09:30:01.000Z", "topic": "login.events",
            "partition": "3", "offset": "42", "clusterId": "cluster-1",
            "recordDigest": String(repeating: "ab", count: 32),
            "tokenFingerprint": String(repeating: "cd", count: 32), "traceId": String(repeating: "1", count: 32),
            "instanceId": "instance-1", "policyVersion": "guarded", "lockoutCertMethod": "phone",
            "lockoutSection": "mobile", "lockoutCode": "C1", "lockoutReason": "protection",
            "lockoutRegTime": "1970-01-01T00:00:01.000Z", "lockoutMessage": "call us", "lockoutMemo": "memo",
            "lockoutIdType": "playerId", "lockoutId": "player-1", "lockoutKgAppId": "909428",
            "lockoutNotificationOption": "alimtalk",
        ]
        for (name, text) in expected { #expect(fields[name] == text, "\(name)") }
        #expect(Set(fields.filter { $0.value != nil }.keys) == Set(expected.keys))
    }

    /// A property that is added to an entry must not be forgotten here.
    @Test func everyPropertyOfAnEntryHasAField() {
        let entry = Mirror(reflecting: Samples.full.entry).children.compactMap(\.label)
        let names = Set(EntryDocument.fieldNames.map { $0.lowercased() })
        let spelledOut: Set<String> = ["identity", "lockout", "platformLatency"]
        for property in entry where !spelledOut.contains(property) {
            #expect(names.contains(property.lowercased()), "\(property)")
        }
        for child in Mirror(reflecting: Samples.lockout).children {
            let name = (child.label ?? "").lowercased()
            #expect(names.contains(name.hasPrefix("lockout") ? name : "lockout" + name), "\(name)")
        }
    }

    @Test func anEmptyEntryHasItsMandatoryFieldsOnly() {
        let document = EntryDocument(.validation(Samples.bare))
        let present = Set(document.fields.filter { $0.text != nil }.map(\.name))
        #expect(
            present == [
                "index", "kind", "recordedAt", "decision", "eventId", "attempts", "delivery", "topic", "partition",
                "offset", "clusterId", "recordDigest", "instanceId", "policyVersion",
            ]
        )
        #expect(document.delivery == "in doubt")
        #expect(document.deliveredAt == nil)
    }

    @Test func aSupersededEntrySaysSo() {
        var recorded = Samples.full
        recorded.delivery?.state = .superseded
        #expect(EntryDocument(.validation(recorded)).delivery == "superseded")
    }

    @Test func aServiceEntryShowsItsDetailsInOrder() {
        let entry = ServiceEntry(
            kind: .guardTripped,
            recordedAt: Samples.recordedAt,
            instanceID: "instance-1",
            kgAppId: "909428",
            message: "A surge of kicks.",
            details: ["threshold": "20", "kicks": "31"]
        )
        let fields = EntryDocument(.service(index: 8, entry)).fields
        let texts = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.text) })
        #expect(texts["kind"] == "guardTripped")
        #expect(texts["message"] == "A surge of kicks.")
        #expect(texts["details"] == "kicks=31 threshold=20")
        #expect(texts["decision"] == .some(nil))
        #expect(fields.map(\.name) == EntryDocument.fieldNames)
    }

    @Test func theJSONHasTheContractsNames() throws {
        let line = try JSON.line(EntryDocument(.validation(Samples.full)))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["index"] as? Int == 7)
        #expect(object["httpStatus"] as? Int == 463)
        #expect(object["apiCode"] as? Int == -10103)
        #expect((object["lockout"] as? [String: Any])?["certMethod"] as? String == "phone")
        #expect(object["recordedAt"] as? String == "2026-01-31T09:30:00.000Z")
        let bare = try JSON.line(EntryDocument(.validation(Samples.bare)))
        #expect(!bare.contains("null"))
    }

    @Test func aHostileEntryObeysNothingInAnyFormat() throws {
        var recorded = Samples.full
        recorded.entry.message = "\u{1B}[2J=1+1\n\u{202E}"
        recorded.entry.playerId = "=\u{301}cmd,\"x\""
        let document = EntryDocument(.validation(recorded))
        let csv = CSV.line(document.fields.map { $0.text ?? "" })
        #expect(!csv.dropLast().unicodeScalars.contains { Terminal.isControl($0) && $0 != "\n" })
        #expect(csv.contains("\"'=\u{301}cmd,\"\"x\"\"\""))
        #expect(!(try JSON.line(document)).unicodeScalars.contains(where: Terminal.isControl))
    }
}
