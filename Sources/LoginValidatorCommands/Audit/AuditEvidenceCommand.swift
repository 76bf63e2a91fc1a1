import ArgumentParser
import AuditTrail
import Foundation
import LoginContracts
import ValidatorService

/// `audit evidence`: a file that shows by itself what the trail has about somebody.
struct AuditEvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Writes one file with a player's entries, their proofs and the checkpoint they hang on.",
        discussion: """
            ops/verify-trail.py evidence checks the file without this program and without the trail. It shows that the \
            entries are in the trail; that there are no others, only audit verify of the whole trail can show.
            """
    )

    @OptionGroup var filters: FilterOptions

    @Option(help: "The file to write, which must not exist; standard output if not given.")
    var output: String?

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        guard
            self.filters.player != nil || self.filters.session != nil || self.filters.event != nil || self.filters.token
        else { throw ValidationError("Say what the evidence is about: --player, --session, --event or --token.") }
    }

    func run() async throws {
        let trail = try self.trail.open(makingCopies: true)
        defer { trail.close() }
        try trail.recording("evidence", self.filters.question) { try self.writeEvidence(trail.reader) }
    }

    /// - Returns: how many entries the evidence has.
    private func writeEvidence(_ reader: TrailReader) throws -> Int64 {
        let file = try OutputFile(self.output)
        let request = EvidenceRequest(
            question: self.filters.question,
            askedAt: .now,
            askedBy: NSUserName(),
            reason: self.trail.purpose
        )
        let summary = try reader.writeEvidence(try self.filters.query(self.trail), request) { try file.write($0) }
        try file.finish()
        Terminal.remark(
            """
            \(summary.entries) entries and \(summary.deliveries) deliveries, proven by the checkpoint of \
            \(summary.checkpoint.checkpoint.size) entries.
            Verifier key: \(summary.checkpoint.verifier)

            """
        )
        if !summary.uncovered.isEmpty {
            Terminal.remark("\(summary.uncovered.count) entries are too new: try again after the next checkpoint.\n")
        }
        try reader.remarkRemovals()
        return Int64(summary.entries)
    }
}
