import ArgumentParser
import AuditTrail
import LoginContracts
import Testing

@testable import LoginValidatorCommands

@Suite struct AuditArgumentsTests {
    @Test func everyFilterOfTheContractIsTaken() throws {
        let arguments = [
            "query", "--player", "p", "--app", "1", "--session", "s", "--event", "e", "--decision", "kick",
            "--decision",
            "lockout", "--reason", "tokenInvalid", "--status", "401", "--status", "463", "--from", "2026-01-01", "--to",
            "2026-01-02T00:00:00Z", "--topic", "t", "--partition", "3", "--offset", "42", "--limit", "5", "--after",
            "99",
            "--format", "ndjson", "--trail", "x.db",
        ]
        let command = try #require(try AuditCommand.parseAsRoot(arguments) as? AuditQueryCommand)
        let query = try command.filters.query(command.trail)
        #expect(query.playerId == "p" && query.kgAppId == "1" && query.sessionId == "s" && query.eventID == "e")
        #expect(query.decisions == [.kick, .lockout])
        #expect(query.reasons == [.tokenInvalid])
        #expect(query.statuses == [401, 463])
        #expect(query.from?.description == "2026-01-01T00:00:00.000Z")
        #expect(query.to?.description == "2026-01-02T00:00:00.000Z")
        #expect(query.topic == "t" && query.partition == 3 && query.offset == 42)
        #expect(command.limit == 5 && command.after == 99 && command.format == .ndjson)
    }

    @Test(arguments: OutputFormat.allCases)
    func whatListsEntriesHasEveryFormat(format: OutputFormat) throws {
        for arguments in [["query"], ["show", "7"], ["tail"]] {
            #expect(throws: Never.self) {
                try AuditCommand.parseAsRoot(arguments + ["--format", format.rawValue, "--trail", "x.db"])
            }
        }
    }

    @Test(arguments: [
        ["query", "--limit", "0"], ["query", "--limit", "10001"], ["query", "--decision", "maybe"],
        ["query", "--reason", "none"], ["query", "--from", "yesterday"], ["query", "--format", "xml"],
        ["query", "--status", "x"], ["show"], ["show", "1", "--event", "e"], ["show", "--record", "topic/0"],
        ["show", "--record", "/0/1"], ["show", "--record", "t/-1/1"], ["show", "--record", "t/0/x"],
        ["tail", "-n", "0"],
        ["tail", "-f", "--format", "json"], ["stats", "--format", "csv"], ["query", "secret-token"],
    ])
    func wrongArgumentsAreRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try AuditCommand.parseAsRoot(arguments) }
    }
}
