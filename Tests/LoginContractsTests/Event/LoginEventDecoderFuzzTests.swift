import Foundation
import HostileInput
import LoginContracts
import Testing

/// Random values against the JSON schema. What else must hold for every value is in `FuzzTargets`.
@Suite struct LoginEventDecoderFuzzTests {
    /// A failure names the seed and the round, which together repeat it.
    static let seed: UInt64 = 0x10_61_4E_56_45_4E_54

    static let mutation = Mutation(
        seeds: [
            loginJSON(),
            loginJSON([
                "loginMethod": #""bridgeToken""#, "playerId": #""p-1""#, "eventId": #""e-1""#,
                "occurredAt": #""2026-01-31T09:30:00.5+09:00""#, "sessionId": #""s""#, "serverId": #""é""#,
            ]),
        ].map { Array($0.utf8) },
        pieces: [
            #""platform":"web","#, #""loginMethod":"launcher","#, #""playerId":"p","#, "kgAppId", #""eventId":"x","#,
            #""occurredAt":"2026-02-29T00:00:00Z","#, #""occurredAt":"2026-02-28T23:59:60z","#, #""serverId":null,"#,
        ]
    )

    /// Bytes that are an event keep every rule of the schema. (Of a repeated member each reader may take another one,
    /// so documents with one are left out. So are those with a broken text in a member that is ignored: JSONDecoder looks
    /// into a text only when it is asked for it.)
    @Test func acceptedBytesObeyTheSchema() throws {
        let schema = try SchemaFolder.schema("login-event")
        var accepted = 0
        for var round in FuzzRounds("login-event-schema", rounds: 6000) {
            let input = Self.mutation.input(&round.random)
            guard SourceRecord.login(input).event != nil else { continue }
            guard let document = try? JSONDecoder().decode(JSONValue.self, from: Data(input)) else { continue }
            let names = LoginEventDecoderTests.fields.filter { name in
                String(decoding: input, as: UTF8.self).ranges(of: "\"\(name)\"").count > 1
            }
            guard names.isEmpty, !input.contains(0x5C) else { continue }
            accepted += 1
            #expect(schema.accepts(document), "\(round.replay(input))")
        }
        // The mutations must not have become too wild to find anything.
        #expect(accepted > 100 || Array(FuzzRounds("probe", rounds: 2)).count == 1, "\(accepted)")
    }

    /// The schema and the decoder agree about every mutated document that is JSON at all.
    @Test func schemaAndDecoderAgreeAboutMutatedMembers() throws {
        var random = SeededGenerator(seed: Self.seed &+ 2)
        let schema = try SchemaFolder.schema("login-event")
        let values: [JSONValue] = [
            nil, true, 0, "", "a", "1", "12345", "pc", "web", "launcher", "sdk", "bridgeToken", " ", "é", "a\u{0}",
            "1\n",
            "2026-01-31T09:30:00Z", "2026-01-31t09:30:00.1-12:30", "2026-01-31", [], [:],
            .string(String(repeating: "1", count: 33)), .string(String(repeating: "x", count: 65)),
            .string(String(repeating: "é", count: 129)), .string(String(repeating: "𝄞", count: 256)),
            .string(String(repeating: "\r\n", count: 129)), .string(String(repeating: "t", count: 4097)),
        ]
        var accepted = 0
        for round in 0..<3000 {
            var members: [String: JSONValue] = ["kgAppId": "1", "accessToken": "not-real", "platform": "pc"]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let field = LoginEventDecoderTests.fields.randomElement(using: &random)!
                members[field] =
                    Int.random(in: 0..<8, using: &random) == 0 ? nil : values.randomElement(using: &random)!
            }
            let document = JSONValue.object(members)
            let isAccepted = SourceRecord.login(Array(try JSONEncoder().encode(document))).event != nil
            accepted += isAccepted ? 1 : 0
            #expect(schema.accepts(document) == isAccepted, "seed \(Self.seed), round \(round): \(members)")
        }
        #expect(accepted > 300 && accepted < 2700, "\(accepted)")
    }
}
