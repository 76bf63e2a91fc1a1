import LoginContracts
import Testing

@testable import AuditTrail

/// An error says what failed, and nothing of what was being written.
struct ErrorTests {
    @Test(
        arguments: [
            (5, "SQLITE_BUSY", TrailError.Code.locked), (8, "SQLITE_READONLY", .unwritable),
            (1032, "SQLITE_READONLY_DBMOVED", .missing), (10, "SQLITE_IOERR", .io), (1034, "SQLITE_IOERR_FSYNC", .io),
            (13, "SQLITE_FULL", .full), (14, "SQLITE_CANTOPEN", .cannotOpen), (11, "SQLITE_CORRUPT", .corrupt),
            (779, "SQLITE_CORRUPT_INDEX", .corrupt), (26, "SQLITE_NOTADB", .notATrail),
            (2067, "SQLITE_CONSTRAINT_UNIQUE", .alreadyRecorded), (1811, "SQLITE_CONSTRAINT_TRIGGER", .refused),
            (3091, "SQLITE_CONSTRAINT_DATATYPE", .refused), (517, "SQLITE_BUSY_SNAPSHOT", .locked),
            (516, "SQLITE_ABORT_ROLLBACK", .other), (7, "SQLITE_NOMEM", .other), (23, "SQLITE_AUTH", .refused),
            (8458, "SQLITE_IOERR_CORRUPTFS", .io), (99, "SQLITE_99", .other), (25_605, "SQLITE_BUSY", .locked),
        ] as [(Int32, String, TrailError.Code)]
    )
    func everyResultCodeHasANameAndAMeaning(resultCode: Int32, name: String, code: TrailError.Code) {
        let error = TrailError(resultCode: resultCode, detail: "detail", whenTryingTo: "read", path: "/a/b.db")
        #expect(error.sqliteCode == name)
        #expect(error.code == code)
        #expect(error.message.contains("/a/b.db"))
        #expect(error.description.hasSuffix("(\(name))"))
        #expect(error.location.contains("ErrorTests.swift"))
    }

    @Test func anErrorHoldsNothingOfAnEntry() throws {
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        let entry = ValidationEntry.sample(0, playerId: "secret-player")
        let error = #expect(throws: TrailError.self) { _ = try writer.append([entry, entry]) }
        #expect(!String(reflecting: error).contains("secret-player"))
    }
}
