import LoginContracts
import Testing

@testable import AuditTrail

/// What an auditor sees in the plain `sqlite3` shell.
struct ViewTests {
    let folder: TemporaryFolder
    let writer: TrailWriter
    let connection: PlainConnection

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
        self.connection = try PlainConnection(self.folder.database)
    }

    @Test func aDecisionReadsInPlainWords() throws {
        _ = try self.writer.append([.complete])
        let row = try #require(
            try self.connection.rows(
                """
                SELECT recorded_at, occurred_at, decision, reason, platform_latency_ms, delivery, topic, partition,
                    "offset", token_fingerprint, record_digest FROM decisions
                """
            ).first
        )
        #expect(
            row == [
                "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:19.001Z", "lockout", "lockedOut", "123.456", "in doubt",
                "other.events", "31", "9", (UInt8(0)..<32).hexadecimal,
                ValidationEntry.complete.identity.digest.description,
            ]
        )
    }

    @Test(arguments: [0, 1, 999, 1_700_000_000_001, 1_700_000_000_999, 951_782_399_999, 253_402_300_799_999, -1])
    func timesAreExactToTheMillisecond(milliseconds: Int64) throws {
        _ = try self.writer.append([.sample(0, recordedAt: milliseconds)])
        let rows = try self.connection.rows("SELECT recorded_at FROM decisions")
        #expect(rows == [[Timestamp(milliseconds).description]])
    }

    @Test func kicksAndTheServiceLogAreApart() throws {
        var pass = ValidationEntry.sample(0)
        pass.decision = .pass
        var service = ServiceEntry.sample(.guardTripped)
        service.details = ["kicks": "12", "b": "\""]
        _ = try self.writer.append([pass, .sample(1), .complete])
        _ = try self.writer.append(service)
        #expect(try self.connection.rows(#"SELECT "index" FROM kicks ORDER BY 1"#) == [["1"], ["2"]])
        #expect(try self.connection.rows("SELECT count(*) FROM decisions") == [["3"]])
        let log = try self.connection.rows(#"SELECT "index", recorded_at, kind, details FROM service_log"#)
        #expect(log == [["3", "2023-11-14T22:13:20.000Z", "guardTripped", #"{"b":"\"","kicks":"12"}"#]])
    }

    @Test func aTimeRangeIsWrittenForEveryFullRun() throws {
        for offset in 0..<3 {
            _ = try self.writer.append(ValidationEntry.samples(Int64(offset) * 700..<Int64(offset + 1) * 700))
        }
        self.writer.close()
        let second = try TrailWriter(self.folder)
        _ = try second.append(ValidationEntry.samples(2100..<3100))
        let start: Int64 = 1_700_000_000_000
        let expected = (Int64(0)..<3).map { run in
            [run * 1024, run * 1024 + 1023, start + run * 1024, start + run * 1024 + 1023].map { Optional("\($0)") }
        }
        #expect(try self.connection.rows("SELECT * FROM time_ranges ORDER BY 1") == expected)
    }
}
