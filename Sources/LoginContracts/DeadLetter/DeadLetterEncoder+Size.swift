extension DeadLetterEncoder {
    package static let omittedHeader = DeadLetterHeader.omitted

    /// Of a header or of the record around it: lengths, timestamp and offset, at most.
    private static let overheadBytes = 32

    /// Writes a dead letter of a bounded size.
    ///
    /// A dead letter is larger than its record, so one of the largest record that a topic takes would be refused, for
    /// ever, and with it everything behind it. It then goes without its value, its headers and its key, in this order
    /// and as far as it takes; the header ``omittedHeader`` says so, and the others where the original stands.
    ///
    /// - Parameter maximumBytes: of the whole record on the wire.
    package func encode(_ letter: DeadLetter, maximumBytes: Int) -> OutgoingRecord {
        var encoded = self.encode(letter)
        guard Self.size(of: encoded) > maximumBytes else { return encoded }
        var letter = letter
        var omitted: [String] = []
        func omit(_ name: String) {
            omitted.append(name)
            encoded = self.encode(letter)
            encoded.headers.removeAll { $0.name == Self.omittedHeader }
            encoded.headers.append(.init(Self.omittedHeader, omitted.joined(separator: ",")))
        }
        letter.record.value = nil
        omit("value")
        if Self.size(of: encoded) > maximumBytes {
            letter.record.headers = []
            omit("headers")
        }
        if Self.size(of: encoded) > maximumBytes {
            letter.record.key = nil
            omit("key")
        }
        return encoded
    }

    private static func size(of record: OutgoingRecord) -> Int {
        record.headers.reduce((record.key?.count ?? 0) + (record.value?.count ?? 0) + Self.overheadBytes) {
            $0 + $1.name.utf8.count + ($1.value?.count ?? 0) + Self.overheadBytes
        }
    }
}
