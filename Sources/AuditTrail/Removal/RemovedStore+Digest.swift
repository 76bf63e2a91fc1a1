import Crypto
import GRDB
import LoginContracts

extension RemovedStore {
    /// The digest of what is kept of a removal, see <doc:TrailFormat>: of everything in the file that anybody is told.
    ///
    /// - Parameters:
    ///   - removal: its own digest is not looked at.
    ///   - previous: the removal before, whose digest goes in; so the newest one's binds all.
    static func digest(of removal: Removal, after previous: Removal?, _ database: Database) throws -> MerkleHash {
        var lines = KeptLines()
        let (first, end) = (removal.indices.lowerBound, removal.indices.upperBound)
        lines.add(
            "removal",
            .integer(first),
            .integer(end - 1),
            .integer(removal.removedAt.millisecondsSince1970),
            .integer(removal.earliest.millisecondsSince1970),
            .integer(removal.latest.millisecondsSince1970),
            .text(removal.reason),
            .text(removal.archive),
            .bytes(removal.root.bytes)
        )
        if let previous { lines.add("previous", .bytes(previous.digest.bytes), .integer(previous.entryIndex)) }
        for level in Int64(0)..<63 {
            _ = try database.rows(
                "SELECT position, hash FROM tree_nodes WHERE level = ? AND position BETWEEN ? AND ? ORDER BY position",
                binding: [level, first >> level, (end >> level) - 1]
            ) { lines.add("node", .integer(level), .integer($0.integer(0)), .bytes($0.blob(1))) }
        }
        _ = try database.rows(
            "\(SignedCheckpoint.selection) WHERE size > ? AND size <= ? ORDER BY size",
            binding: [first, end]
        ) { row in
            lines.add(
                "checkpoint",
                .integer(row.integer(3)),
                .text(row.text(0)),
                .text(row.text(1)),
                .integer(row.integer(2))
            )
        }
        _ = try database.rows(
            """
            SELECT s.cluster_id, s.topic, s.partition, d.first_offset, d.digests
            FROM decided_records AS d LEFT JOIN sources AS s ON s.id = d.source_id
            WHERE d.first_index = ? ORDER BY d.id
            """,
            binding: [first]
        ) { row in
            lines.add(
                "decided",
                .text(row.text(0)),
                .text(row.text(1)),
                .integer(row.integer(2)),
                .integer(row.integer(3)),
                .bytes(row.blob(4))
            )
        }
        return lines.digest
    }
}

/// Hashes rows as lines of canonical JSON, a list each.
private struct KeptLines {
    private var hasher = SHA256()
    private let json = CanonicalJSON(capacity: 4096)

    enum Value {
        case integer(Int64?)
        case text(String?)
        /// In hexadecimal.
        case bytes([UInt8]?)
    }

    mutating func add(_ name: String, _ values: Value...) {
        self.json.removeAll()
        self.json.append(byte: 0x5B)
        self.json.append(text: name)
        for value in values {
            self.json.append(byte: 0x2C)
            switch value {
            case .integer(let number?): self.json.append(integer: number)
            case .text(let text?): self.json.append(text: text)
            case .bytes(let bytes?): self.json.append(text: bytes.hexadecimal)
            case .integer(nil), .text(nil), .bytes(nil): self.json.append(raw: "null" as StaticString)
            }
        }
        self.json.append(raw: "]\n" as StaticString)
        self.json.withBytes { self.hasher.update(bufferPointer: $0) }
    }

    /// Of all lines.
    var digest: MerkleHash {
        guard let hash = MerkleHash(Array(self.hasher.finalize())) else {
            preconditionFailure("A SHA-256 has as many bytes as a node's hash.")
        }
        return hash
    }
}
