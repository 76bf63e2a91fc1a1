import LoginContracts

/// Writes the document that a leaf hashes, for one entry after the other in the same memory.
struct LeafEncoder {
    /// The byte 0x00 that begins what is hashed, then the document.
    private var json = CanonicalJSON(capacity: 1024)

    init() {}

    /// Writes the document of an entry.
    ///
    /// - Parameter source: where the entry's record came from; `nil` when it is about none.
    mutating func encode(_ row: some LeafRow, source: LeafSource?) throws(LeafDefect) {
        self.json.removeAll()
        self.json.append(byte: 0x00)
        self.json.append(byte: 0x7B)
        for member in LeafMember.all { try self.append(member, row, source) }
        self.json.append(byte: 0x7D)
    }

    /// The hash of what was written last.
    var hash: MerkleHash { MerkleHash.leaf(prefixed: self.json.bytes) }

    /// The document that was written last.
    var document: ArraySlice<UInt8> { self.json.bytes.dropFirst() }

    private mutating func append(
        _ member: LeafMember,
        _ row: some LeafRow,
        _ source: LeafSource?
    ) throws(LeafDefect) {
        switch member.form {
        case .integer(let column):
            guard let value = try row.integer(column) else { return }
            self.append(key: member.key)
            self.json.append(integer: value)
        case .time(let column):
            guard let value = try row.integer(column) else { return }
            self.append(key: member.key)
            self.json.append(time: Timestamp(value))
        case .text(let column):
            _ = try row.withText(column) { text in
                self.append(key: member.key)
                self.json.append(text: text)
            }
        case .document(let column):
            var isObject = true
            _ = try row.withText(column) { text in
                self.append(key: member.key)
                self.json.append(raw: text)
                isObject = CanonicalJSON.isOneObject(text)
            }
            guard isObject else { throw LeafDefect(column: column) }
        case .hexadecimal(let column):
            _ = try row.withBlob(column) { bytes in
                self.append(key: member.key)
                self.json.append(hexadecimal: bytes)
            }
        case .clusterID: self.append(member.key, source?.clusterID)
        case .topic: self.append(member.key, source?.topic)
        case .partition: self.append(member.key, source?.partition)
        }
    }

    private mutating func append(_ key: [UInt8], _ value: [UInt8]?) {
        guard let value else { return }
        self.append(key: key)
        self.json.append(raw: value)
    }

    private mutating func append(key: [UInt8]) {
        // Behind the leading 0x00 and the brace comes the first member.
        if self.json.bytes.count > 2 { self.json.append(byte: 0x2C) }
        self.json.append(raw: key)
    }
}
