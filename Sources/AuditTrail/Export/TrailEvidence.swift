package import LoginContracts

/// What was asked, by whom and why: it stands in the file, so that whoever gets it knows what it answers.
package struct EvidenceRequest: Hashable, Sendable {
    /// The filters by name.
    package var question: [String: String]
    package var askedAt: Timestamp
    package var askedBy: String
    package var reason: String?

    package init(question: [String: String], askedAt: Timestamp, askedBy: String, reason: String?) {
        self.question = question
        self.askedAt = askedAt
        self.askedBy = askedBy
        self.reason = reason
    }
}

/// What a file of evidence holds.
package struct EvidenceSummary: Hashable, Sendable {
    package var checkpoint: SignedCheckpoint
    package var entries = 0
    package var deliveries = 0
    /// Entries that were found and that no checkpoint covers yet.
    package var uncovered: [Int64] = []
}

extension TrailReader {
    /// The most entries of one file of evidence.
    package static let maximumEvidence = 100_000

    /// Writes the entries that meet the query with their proofs: a file that shows by itself that they are in the trail.
    ///
    /// - Parameter write: gets the document in pieces. What it throws is rethrown.
    /// - Throws: ``TrailError/Code/missing`` when there is no checkpoint yet; ``TrailError/Code/invalid`` when the query
    ///   finds more than ``maximumEvidence`` entries.
    package func writeEvidence(
        _ query: TrailQuery,
        _ request: EvidenceRequest,
        _ write: ([UInt8]) throws -> Void
    ) throws -> EvidenceSummary {
        guard let signed = try self.newestCheckpoint() else {
            throw TrailError(
                .missing,
                "The audit trail \(self.path) has no checkpoint yet, and evidence needs one: the service makes the first soon after it has started."
            )
        }
        var summary = EvidenceSummary(checkpoint: signed)
        try write(self.opening(of: request, signed))
        var deliveries: Set<Int64> = []
        var found = 0
        try self.forEach(query, ascending: true) { entry in
            found += 1
            guard found <= Self.maximumEvidence else {
                throw TrailError(
                    .invalid,
                    "The question finds more than \(Self.maximumEvidence) entries: ask for a shorter time."
                )
            }
            guard entry.index < signed.checkpoint.size else {
                summary.uncovered.append(entry.index)
                return
            }
            try write(try self.proven(entry.index, signed, isFirst: summary.entries == 0))
            summary.entries += 1
            if case .validation = entry, let delivery = try self.deliveryIndex(of: entry.index),
                delivery < signed.checkpoint.size
            {
                deliveries.insert(delivery)
            }
        }
        try write(Array(#"],"deliveries":["#.utf8))
        for index in deliveries.sorted() {
            try write(try self.proven(index, signed, isFirst: summary.deliveries == 0))
            summary.deliveries += 1
        }
        let uncovered = summary.uncovered.map(String.init).joined(separator: ",")
        try write(Array("],\"uncovered\":[\(uncovered)]}\n".utf8))
        return summary
    }

    private func opening(of request: EvidenceRequest, _ signed: SignedCheckpoint) -> [UInt8] {
        let json = CanonicalJSON(capacity: 2048)
        json.append(raw: #"{"format":"login-validator-evidence/1","trail":"#)
        json.append(text: self.trailID)
        json.append(raw: #","verifierKey":"#)
        json.append(text: signed.verifier.description)
        json.append(raw: #","checkpoint":"#)
        json.append(text: signed.note)
        json.append(raw: #","question":"#)
        json.append(raw: EntryRow.document(request.question))
        json.append(raw: #","askedAt":"#)
        json.append(time: request.askedAt)
        json.append(raw: #","askedBy":"#)
        json.append(text: request.askedBy)
        if let reason = request.reason {
            json.append(raw: #","reason":"#)
            json.append(text: reason)
        }
        json.append(raw: #","entries":["#)
        return json.bytes
    }

    private func proven(_ index: Int64, _ signed: SignedCheckpoint, isFirst: Bool) throws -> [UInt8] {
        guard let proven = try self.provenEntry(at: index, size: signed.checkpoint.size) else {
            throw TrailError(
                .corrupt,
                "Entry \(index) of the audit trail \(self.path) is missing, or the entries up to its last checkpoint are: run audit verify."
            )
        }
        let json = CanonicalJSON(capacity: 2048)
        json.append(raw: isFirst ? "\n" : ",\n")
        json.append(raw: #"{"entry":"#)
        json.append(raw: proven.document)
        json.append(raw: #","proof":["#)
        let hashes = proven.proof.map { "\"\(Base64.encode($0.bytes))\"" }
        json.append(raw: hashes.joined(separator: ","))
        json.append(raw: "]}")
        return json.bytes
    }
}
