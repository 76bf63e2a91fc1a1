import AuditTrail
import Foundation
import Hummingbird
import LoginContracts
import NIOCore
import NIOPosix

extension ConsoleAPI {
    /// Where evidence is downloaded.
    static let evidencePath = Self.prefix + "evidence"

    /// The file that ``TrailReader/writeEvidence(_:_:_:)`` makes, to be sent piece by piece.
    ///
    /// It is made and recorded before any of it is sent.
    func evidence(_ query: String?, who: String) async throws(Problem) -> EvidenceFile {
        let question = try EvidenceQuestion(query, requiresPurpose: self.requiresPurpose)
        return try await self.onThread { try self.makeEvidence(question, who: who) }
    }

    private func makeEvidence(_ question: EvidenceQuestion, who: String) throws -> EvidenceFile {
        guard try self.newestCheckpoint().0 != nil else {
            throw Problem(
                .notSealed,
                "No checkpoint covers the trail yet, and evidence needs one: try again in a minute."
            )
        }
        let file = try EvidenceFile()
        let request = EvidenceRequest(
            question: question.question,
            askedAt: Self.now,
            askedBy: who,
            reason: question.purpose
        )
        let summary: EvidenceSummary
        do {
            summary = try self.reader.writeEvidence(question.query, request) { try file.append($0) }
        } catch let error as TrailError where error.code == .invalid {
            throw Problem.parameter(
                "from",
                must: "be so late that at most \(TrailReader.maximumEvidence) entries are found"
            )
        }
        try self.record(
            .downloadedEvidence,
            question.question,
            entries: summary.entries,
            who: who,
            purpose: question.purpose
        )
        return file
    }

    /// The file as the body of an answer.
    func body(of file: EvidenceFile) -> ResponseBody {
        ResponseBody(contentLength: file.size) { writer in
            var place = 0
            while true {
                let at = place
                let bytes = try await self.threads.runIfActive { try file.bytes(at: at) }
                guard !bytes.isEmpty else { break }
                try await writer.write(ByteBuffer(bytes: bytes))
                place += bytes.count
            }
            try await writer.finish(nil)
        }
    }
}
