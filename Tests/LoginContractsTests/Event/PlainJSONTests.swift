import Foundation
import HostileInput
import Testing

@testable import LoginContracts

/// The quick reader against `JSONDecoder`: what it takes it must read alike, and it must take what it is there for.
struct PlainJSONTests {
    private static let decoder = JSONDecoder()

    private static func texts(_ fields: LoginEventFields) -> [String?] {
        [
            fields.kgAppId, fields.accessToken, fields.platform, fields.loginMethod, fields.playerId, fields.eventId,
            fields.occurredAt, fields.sessionId, fields.serverId,
        ]
    }

    @Test(arguments: [
        #"{}"#, #" { "kgAppId" : "1" , "accessToken":"t","platform":"pc"} "#,
        #"{"sessionId":null,"other":true,"more":"x","none":null,"serverId":"게임-1"}"#,
        "{\n\t\"eventId\":\"é\",\r\n\"occurredAt\":\"\"}",
    ])
    func plainDocumentsAreTaken(_ text: String) throws {
        let fields = try #require(LoginEventFields(plain: Array(text.utf8)))
        let slow = try Self.decoder.decode(LoginEventFields.self, from: Data(text.utf8))
        #expect(Self.texts(fields) == Self.texts(slow))
    }

    @Test(arguments: [
        #"{"kgAppId":"\u0031"}"#, #"{"kgAppId":1}"#, #"{"kgAppId":"1","kgAppId":"2"}"#, #"{"other":[1]}"#,
        #"{"other":{"a":1}}"#, #"{"other":1.5}"#, #"{"kgAppId":"1"} x"#, #"{"kgAppId":"1",}"#, #"{"kgAppId""1"}"#,
        #"{kgAppId:"1"}"#, #"["kgAppId"]"#, #""kgAppId""#, "", "{", #"{"kgAppId":"1""#, "{\"kgAppId\":\"a\nb\"}",
        "\u{FEFF}{}", #"{"k":nul}"#, #"{"k":nulll}"#, #"{"é":"x"}"#, "null",
    ])
    func everythingElseIsLeftToTheDecoder(_ text: String) {
        #expect(LoginEventFields(plain: Array(text.utf8)) == nil)
    }

    @Test func brokenUTF8IsLeftToTheDecoder() {
        #expect(LoginEventFields(plain: Array("{\"kgAppId\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)) == nil)
        #expect(LoginEventFields(plain: Array("{\"other\":\"".utf8) + [0xFF] + Array("\"}".utf8)) == nil)
    }

    /// Mutations of plausible documents, by a fixed seed: never another answer than the decoder's.
    @Test func whatItTakesTheDecoderReadsAlike() throws {
        var random = SeededGenerator(seed: 0x10_61_4A)
        let alphabet = Array(#"{}[]":,\ntrue null 0123456789.eE+-abckgAppIdaccessTokenéplatform "#.utf8)
        var taken = 0
        for round in 0..<20_000 {
            var bytes = Array(
                #"{"kgAppId":"909428","accessToken":"abc","x":null,"platform":"pc","playerId":"1","serverId":"s"}"#.utf8
            )
            for _ in 0..<Int(random.next() % 4) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = alphabet[Int(random.next() % UInt64(alphabet.count))]
                case 1: bytes.remove(at: index)
                default: bytes.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: index)
                }
            }
            guard let fields = LoginEventFields(plain: bytes) else { continue }
            taken += 1
            let slow = try? Self.decoder.decode(LoginEventFields.self, from: Data(bytes))
            let text = String(decoding: bytes, as: UTF8.self)
            try #require(slow != nil, "round \(round): the decoder refuses \(text)")
            #expect(slow.map(Self.texts) == Self.texts(fields), "round \(round): \(text)")
        }
        #expect(taken > 5000)
    }
}
