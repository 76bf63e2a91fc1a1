import ArgumentParser
import Foundation
import LoginContracts
import Testing

@testable import LoginValidatorCommands

@Suite struct ValidateTests {
    @Test(arguments: [
        (Decision.pass, 0), (.kick, 10), (.lockout, 11), (.undetermined, 12), (.rejected, 12), (.stale, 12),
    ])
    func theStatusSaysTheDecision(decision: Decision, status: Int) {
        var result = ValidationResult()
        result.decision = decision
        #expect(Int(result.exitStatus) == status)
    }

    @Test func aResultIsShownWithoutBeingObeyed() throws {
        var result = ValidationResult()
        result.decision = .kick
        result.reason = .tokenInvalid
        result.status = 401
        result.message = "bad\u{1B}[2J"
        let table = try result.text(.table)
        #expect(table.contains("decision  kick"))
        #expect(table.contains("bad\\u{1b}[2J"))
        #expect(try result.text(.json).contains("\"status\" : 401"))
    }

    @Test(arguments: [
        ["--platform", "pc"], ["--login-method", "launcher"], ["--login-method", "bridgeToken"],
        ["--platform", "web", "--login-method", "sdk", "--player", "p"],
    ])
    func thePlatformIsGivenOrImplied(arguments: [String]) throws {
        #expect(throws: Never.self) { try ValidateCommand.parse(arguments) }
    }

    @Test(arguments: [
        [], ["--login-method", "sdk"], ["--platform", "console"], ["--platform", "pc", "--format", "csv"],
        ["--platform", "pc", "--player", "a b"], ["--platform", "pc", "--player", ""], ["--platform", "pc", "token"],
        ["--platform", "pc", "--token", "token"],
    ])
    func wrongArgumentsAreRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try ValidateCommand.parse(arguments) }
    }

    @Test(arguments: [("token", "token"), ("token\n", "token"), ("token\r\n", "token")])
    func aTokenComesFromAFileWithoutItsLineEnd(text: String, token: String) throws {
        try Self.withFile(Data(text.utf8)) { path in
            let read = try TokenInput.read(from: path)
            #expect(read.value == token)
        }
    }

    @Test(arguments: [
        Data(), Data("\n".utf8), Data("sEcReT two".utf8), Data("sEcReT\ntwo".utf8), Data([0xFF, 0xFE, 0x00]),
        Data(repeating: 0x73, count: 4097), Data(repeating: 0x73, count: 10_000_000),
    ])
    func anythingElseIsNoTokenAndIsNotRepeated(bytes: Data) throws {
        try Self.withFile(bytes) { path in
            let failure = #expect(throws: CommandFailure.self) { try TokenInput.read(from: path) }
            #expect(failure?.status == .usage)
            #expect(failure?.message.contains("sEcReT") == false)
            #expect((failure?.message.utf8.count ?? 0) < 1000)
        }
    }

    @Test func aMissingFileIsAUsageFailure() {
        let failure = #expect(throws: CommandFailure.self) { try TokenInput.read(from: "/no/such/token") }
        #expect(failure?.status == .usage)
    }

    private static func withFile(_ bytes: Data, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: bytes))
        try body(path)
    }
}
