import LoginContracts

/// Writes the document that a leaf hashes, for one entry after the other in the same memory, which copies of the encoder
/// share.
struct LeafEncoder {
    /// The byte 0x00 that begins what is hashed, then the document.
    private let json = CanonicalJSON(capacity: 2048)

    init() {}

    /// Writes the document of an entry.
    ///
    /// - Parameter source: where the entry's record came from; `nil` when it is about none.
    func encode(_ row: some LeafRow, source: LeafSource?) throws(LeafDefect) {
        let json = self.json
        json.removeAll()
        json.append(byte: 0x00)
        json.append(byte: 0x7B)
        for member in LeafMember.all {
            if try Self.append(member, row, source, to: json) { json.append(byte: 0x2C) }
        }
        json.endObject()
    }

    /// The hash of what was written last.
    var hash: MerkleHash { self.json.withBytes { MerkleHash.leaf(prefixed: $0) } }

    /// The document that was written last.
    var document: [UInt8] { self.withDocument { Array($0) } }

    /// Lends the document that was written last.
    func withDocument<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        self.json.withBytes { body(UnsafeBufferPointer(rebasing: $0.bindMemory(to: UInt8.self).dropFirst())) }
    }

    /// - Returns: whether the entry has the member.
    @inline(__always)
    private static func append(
        _ member: LeafMember,
        _ row: some LeafRow,
        _ source: LeafSource?,
        to json: CanonicalJSON
    ) throws(LeafDefect) -> Bool {
        switch member.form {
        case .integer(let column):
            guard let value = try row.integer(column) else { return false }
            json.append(raw: member.key)
            json.append(integer: value)
            return true
        case .time(let column):
            guard let value = try row.integer(column) else { return false }
            json.append(raw: member.key)
            json.append(time: Timestamp(value))
            return true
        case .text(let column):
            return try row.withText(column) { text in
                json.append(raw: member.key)
                json.append(text: text)
                return true
            } ?? false
        case .document(let column):
            let isObject = try row.withText(column) { text in
                json.append(raw: member.key)
                json.append(raw: text)
                return CanonicalJSON.isOneObject(text)
            }
            guard isObject ?? true else { throw LeafDefect(column: column) }
            return isObject != nil
        case .hexadecimal(let column):
            return try row.withBlob(column) { bytes in
                json.append(raw: member.key)
                json.append(hexadecimal: bytes)
                return true
            } ?? false
        case .clusterID: return Self.append(member.key, source?.clusterID, to: json)
        case .topic: return Self.append(member.key, source?.topic, to: json)
        case .partition: return Self.append(member.key, source?.partition, to: json)
        }
    }

    private static func append(_ key: StaticString, _ value: [UInt8]?, to json: CanonicalJSON) -> Bool {
        guard let value else { return false }
        json.append(raw: key)
        json.append(raw: value)
        return true
    }
}
