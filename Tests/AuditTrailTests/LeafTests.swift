import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// What is hashed of an entry: the same when it is written and when it is read, and nothing else than the columns say.
struct LeafTests {
    let folder: TemporaryFolder
    let writer: TrailWriter

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
    }

    @Test func aLeafIsTheCanonicalDocument() throws {
        var entry = ValidationEntry.sample(5)
        entry.message = "a\"b\\c\n\u{1}\u{7F}é\u{2028}"
        entry.lockout = Lockout(id: "x", reason: "r\t", regTime: -1)
        entry.platformLatency = .microseconds(1234)
        entry.tokenFingerprint = Array(repeating: 0xCD, count: 32)
        entry.occurredAt = Timestamp(Int64.max)
        _ = try self.writer.append([entry])
        let reader = try TrailReader(path: self.folder.database)
        let text = String(decoding: try #require(try reader.document(of: 0)), as: UTF8.self)
        let expected =
            #"{"apiCode":-29401,"attempts":1,"clusterId":"cluster","decision":"kick","eventId":"event-5","httpStatus":401,"#
            + #""index":0,"instanceId":"instance","kgAppId":"909428","kind":"validation","#
            + #""lockout":{"id":"x","reason":"r\t","regTime":-1},"#
            + #""message":"a\"b\\c\n\u0001\#u{7F}é\#u{2028}","occurredAt":9223372036854775807,"offset":5,"partition":0,"#
            + #""platform":"mobile","platformLatencyMicroseconds":1234,"playerId":"100","policyVersion":"\#(entry.policyVersion)","#
            + #""reason":"tokenInvalid","recordDigest":"\#(entry.identity.digest)","#
            + #""recordedAt":"2023-11-14T22:13:20.005Z","tokenFingerprint":"\#(String(repeating: "cd", count: 32))","#
            + #""topic":"login.events"}"#
        #expect(text == expected.replacing(#""instanceId":"instance""#, with: #""instanceId":"\#(entry.instanceID)""#))
    }

    @Test func theDocumentOfAQueryHasTheMembersOfTheLeaf() throws {
        var entry = ValidationEntry.sample(1)
        entry.lockout = Lockout(certMethod: "phone", regTime: 1000)
        _ = try self.writer.append([entry], deliveries: [.committed(0...0)], services: [.sample(.guardTripped)])
        let reader = try TrailReader(path: self.folder.database)
        var query = TrailQuery()
        query.kinds = Set(TrailQuery.Kind.allCases)
        let entries = try reader.entries(query).entries
        #expect(entries.count == 3)
        for entry in entries {
            let leaf = try #require(try reader.document(of: entry.index))
            var shown = try Self.object(try JSONEncoder().encode(EntryDocument(entry)))
            shown.removeValue(forKey: "delivery")
            shown.removeValue(forKey: "deliveredAt")
            #expect(NSDictionary(dictionary: shown) == NSDictionary(dictionary: try Self.object(Data(leaf))))
        }
    }

    @Test(arguments: ["{}", #"{"a":"}"}"#, #"{"a":{"b":"\""}}"#, #"{"a":"\\"}"#])
    func oneObjectIsOne(text: String) {
        #expect(Array(text.utf8).withUnsafeBufferPointer(CanonicalJSON.isOneObject))
    }

    /// Otherwise members could move from one column into another, and the leaf stay the same.
    @Test(arguments: [
        "", "{", "}", "[]", #"{},"message":"x""#, "{}{}", #"{"a":"}"#, " {}", "{} ", #""{}""#, "{}}", "{{}",
    ])
    func whatIsNotOneObjectIsNot(text: String) {
        #expect(!Array(text.utf8).withUnsafeBufferPointer(CanonicalJSON.isOneObject))
    }

    @Test(arguments: 0..<60)
    func aStoredRowHasTheLeafOfItsEntry(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let entry = Self.randomEntry(&random)
        let encoder = LeafEncoder()
        let source = LeafSource(
            clusterID: entry.identity.clusterID,
            topic: entry.identity.partition.topic,
            partition: Int64(entry.identity.partition.partition)
        )
        try encoder.encode(EntryRow(index: 0, .validation(entry, sourceID: 1)), source: source)
        _ = try self.writer.append([entry])
        let reader = try TrailReader(path: self.folder.database)
        #expect(try reader.document(of: 0) == encoder.document)
        #expect(try reader.provenEntry(at: 0, size: 1)?.proof == [])
        let stored = try PlainConnection(self.folder.database).rows("SELECT hex(leaf_hash) FROM entries")
        #expect(stored.first?.first == encoder.hash.bytes.hexadecimal.uppercased())
    }

    private static func object(_ data: Data) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private static func randomEntry(_ random: inout SeededGenerator) -> ValidationEntry {
        func text() -> String {
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...12, using: &random)).map { _ in
                        Unicode.Scalar(UInt32.random(in: 0...0x2100, using: &random)) ?? " "
                    }
                )
            )
        }
        func sometimes<Value>(_ value: @autoclosure () -> Value) -> Value? {
            Bool.random(using: &random) ? value() : nil
        }
        func number() -> Int64 { Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random) }
        var entry = ValidationEntry.sample(number())
        entry.recordedAt = Timestamp(number())
        entry.occurredAt = sometimes(Timestamp(number()))
        entry.eventID = text()
        entry.playerId = sometimes(text())
        entry.sessionId = sometimes(text())
        entry.kgAppId = sometimes(text())
        entry.message = sometimes(text())
        entry.playerStatus = sometimes(text())
        entry.httpStatus = sometimes(Int(number()))
        entry.apiCode = sometimes(Int(number()))
        entry.traceID = sometimes(text())
        entry.tokenFingerprint = sometimes((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        entry.lockout = sometimes(
            Lockout(
                kgAppId: sometimes(text()),
                id: sometimes(text()),
                memo: sometimes(text()),
                regTime: sometimes(number())
            )
        )
        return entry
    }
}
