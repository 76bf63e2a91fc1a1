import AuditTrail
import Foundation
import Logging
import LoginContracts
import NIOPosix

/// Answers questions about one trail as JSON, and records that they were asked.
///
/// Reads block on the disk, so they run on threads of their own: as many as the trail has connections. Each connection of
/// a browser waits for its answer before it asks again, so no more reads wait than there are connections.
struct ConsoleAPI: Sendable {
    let reader: TrailReader
    let recorder: any AccessRecorder
    /// Whether who downloads evidence has to say why.
    let requiresPurpose: Bool
    let threads: NIOThreadPool
    let logger: Logger

    /// Where the answers of ``answer(to:query:who:)`` are.
    static let prefix = "/api/"

    /// The answer to a path below ``prefix`` as JSON.
    func answer(to path: Substring, query: String?, who: String) async throws(Problem) -> [UInt8] {
        switch path {
        case "entries":
            let question = try EntriesQuestion(query)
            return try await self.read { try self.entries(question, who: who) }
        case "series":
            let question = try SeriesQuestion(query, now: Self.now)
            return try await self.read { try self.series(question, who: who) }
        case "checkpoint":
            try QueryParameters(query).finish(knowing: ["none"])
            return try await self.read { try self.status(who: who) }
        case "consistency":
            let question = try ConsistencyQuestion(query)
            return try await self.read { try self.consistency(question, who: who) }
        default:
            guard let index = Self.entryIndex(path) else { throw .notFound }
            try QueryParameters(query).finish(knowing: ["none"])
            return try await self.read { try self.story(of: index, who: who) }
        }
    }

    static var now: Timestamp { Timestamp(Int64(Date().timeIntervalSince1970 * 1000)) }

    /// `entries/42`
    private static func entryIndex(_ path: Substring) -> Int64? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "entries" else { return nil }
        return try? QueryParameters.integer(String(parts[1]), "index", in: 0...Int64.max)
    }

    /// Records that somebody has signed in.
    func recordSignIn(who: String) async throws(Problem) {
        try await self.onThread { try self.record(.signedIn, [:], entries: 0, who: who) }
    }

    private func read(
        _ body: @escaping @Sendable () throws -> any Encodable & Sendable
    ) async throws(Problem) -> [UInt8] {
        try await self.onThread { Array(try JSONEncoder.console.encode(try body())) }
    }

    /// Runs what blocks, and says what is wrong as far as others may know.
    func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(Problem) -> Value {
        do {
            return try await self.threads.runIfActive(body)
        } catch {
            throw self.problem(error)
        }
    }

    /// Records an access, or ends it.
    func record(
        _ action: ConsoleAction,
        _ question: [String: String],
        entries: Int,
        who: String,
        purpose: String? = nil
    ) throws(Problem) {
        do {
            try self.recorder.record(
                who: who,
                action: action,
                question: question,
                entries: entries,
                purpose: purpose
            )
        } catch {
            self.logger.error("An access cannot be recorded", metadata: ["error": "\(error)"])
            throw Problem(
                .unrecorded,
                "The access log cannot be written, so nothing is shown; the console's log says why."
            )
        }
    }

    /// What of an error is shown: nothing that names files.
    private func problem(_ error: any Error) -> Problem {
        if let problem = error as? Problem { return problem }
        guard let error = error as? TrailError else {
            self.logger.error("A question cannot be answered", metadata: ["error": "\(error)"])
            return Problem(.trailUnavailable, "The trail cannot be read now; the console's log says why.")
        }
        self.logger.warning("The trail cannot be read", metadata: ["error": "\(error)"])
        switch error.code {
        case .corrupt, .notATrail:
            return Problem(
                .trailChanged,
                "The trail holds what its writer never writes: it was damaged or changed. Keep it for examination; the console's log and audit verify say more."
            )
        case .removed:
            return Problem(
                .notFound,
                "The entry, or what the proof needs of it, was removed from the old end of the trail by policy. If it was archived, the operator can put it back."
            )
        case .missing, .cannotOpen, .unwritable, .locked, .newerVersion, .full, .io, .alreadyRecorded, .refused,
            .invalid, .closed, .other:
            return Problem(.trailUnavailable, "The trail cannot be read now; the console's log says why.")
        }
    }
}
