import Foundation

/// How far a partition has been processed, as it travels in the metadata of its committed offset.
///
/// Records complete out of order, so the committed offset alone would deliver again everything behind one slow record.
/// This says the rest: *every record before ``end`` is complete except those at ``open``*, the first of which is the
/// committed offset. It also names who committed it, so that an instance that comes back knows which entries of its
/// own trail were published.
///
/// Text: `lv1.TRAIL.FIRST.NEXT.OFFSETS` with the trail's id, the range of that trail's entries that the commit covers, and
/// base64url of LEB128 varints: `end - committed`, then the distance of each further open offset from the one before.
/// Kafka refuses metadata over 4096 bytes (`offset.metadata.max.bytes`). A ``PartitionLedger`` takes in no record once
/// ``maximumOpen`` are unfinished or they span ``maximumSpan`` offsets, which keeps the text under ``maximumLength``: at
/// most 704 distances of three varint bytes and, for records on their way when the span was reached, 64 of nine.
package struct CommittedProgress: Hashable, Sendable {
    /// Unfinished offsets, ascending; the first, if any, is the committed offset.
    package var open: [Int64]
    /// The offset after the last record that was ever taken in.
    package var end: Int64
    /// The id of the trail of the instance that committed.
    package var trailID: String
    /// Entries of that trail below this are older than its last turn with the partition: another instance may have
    /// decided their records.
    package var firstIndex: Int64
    /// Entries of that trail at ``nextIndex`` and beyond are not covered by this commit.
    package var nextIndex: Int64

    /// At most this many records of a partition are unfinished at a time.
    package static let maximumOpen = 768
    /// Once the first unfinished record is this far behind, no more are asked for; a distance up to here fits three
    /// varint bytes.
    package static let maximumSpan: Int64 = 1 << 21
    /// Records asked for and not yet here, at most.
    package static let maximumDemand = 64
    /// The most bytes that the offsets of a ledger take: the distance to the end, 704 distances of three bytes and 64 of
    /// nine. Longer ones come from no ledger and are not adopted, for they might not fit together with our trail's id.
    package static let maximumOffsetsLength = 9 + 704 * 3 + 65 * 9
    /// Kafka's default `offset.metadata.max.bytes`.
    package static let maximumLength = 4096

    /// The committed offset.
    package var offset: Int64 { self.open.first ?? self.end }

    package init(open: [Int64], end: Int64, trailID: String, firstIndex: Int64 = 0, nextIndex: Int64) {
        self.open = open
        self.end = end
        self.trailID = trailID
        self.firstIndex = firstIndex
        self.nextIndex = nextIndex
    }

    /// Whether this commit tells that its trail's entry for the record at `offset` was published.
    package func covers(index: Int64, offset: Int64) -> Bool {
        index >= self.firstIndex && index < self.nextIndex && self.isComplete(offset)
    }

    /// Whether the record at `offset` was complete when this was committed.
    package func isComplete(_ offset: Int64) -> Bool {
        guard offset < self.end else { return false }
        return !self.open.contains(sorted: offset)
    }

    /// The metadata text.
    package var metadata: String {
        var bytes: [UInt8] = []
        bytes.append(varint: UInt64(self.end - self.offset))
        for (previous, next) in zip(self.open, self.open.dropFirst()) { bytes.append(varint: UInt64(next - previous)) }
        let text = "lv1.\(self.trailID).\(self.firstIndex).\(self.nextIndex).\(Data(bytes).base64URL)"
        precondition(text.utf8.count <= Self.maximumLength, "The ledger bounds what must fit into the metadata.")
        return text
    }

    /// Reads what an instance committed; `nil` when the metadata is another program's or broken, which loses nothing:
    /// the records are delivered again and found in the trail.
    package init?(offset: Int64, metadata: String) {
        guard metadata.utf8.count <= Self.maximumLength, offset >= 0 else { return nil }
        let parts = metadata.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "lv1", !parts[1].isEmpty, parts[1].utf8.count <= 64,
            let firstIndex = Int64(parts[2]), let nextIndex = Int64(parts[3]), 0 <= firstIndex, firstIndex <= nextIndex,
            let bytes = Data(base64URL: parts[4]),
            bytes.count <= Self.maximumOffsetsLength
        else { return nil }
        var reader = VarintReader(bytes: Array(bytes))
        guard let distance = reader.next() else { return nil }
        let (end, overflow) = offset.addingReportingOverflow(Int64(distance))
        guard !overflow else { return nil }
        var open: [Int64] = distance == 0 ? [] : [offset]
        while !reader.isAtEnd {
            guard let step = reader.next(), step > 0, let last = open.last, Int64(step) < end - last,
                open.count < Self.maximumOpen
            else { return nil }
            open.append(last + Int64(step))
        }
        self.init(open: open, end: end, trailID: String(parts[1]), firstIndex: firstIndex, nextIndex: nextIndex)
    }
}

/// Reads unsigned LEB128 integers.
private struct VarintReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { self.position == self.bytes.count }

    mutating func next() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, through: 56, by: 7) {
            guard self.position < self.bytes.count else { return nil }
            let byte = self.bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}

extension [UInt8] {
    fileprivate mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(rest))
    }
}

extension [Int64] {
    /// The index of the first element that is not less than `value`, in an ascending array.
    func insertionIndex(of value: Int64) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func contains(sorted value: Int64) -> Bool {
        let index = self.insertionIndex(of: value)
        return index < self.count && self[index] == value
    }
}

extension Data {
    /// RFC 4648 section 5, without padding.
    fileprivate var base64URL: String {
        var text = self.base64EncodedData()
        while text.last == 0x3D { text.removeLast() }
        for index in text.indices {
            switch text[index] {
            case 0x2B: text[index] = 0x2D
            case 0x2F: text[index] = 0x5F
            default: break
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    fileprivate init?(base64URL text: Substring) {
        var base64 = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        self.init(base64Encoded: base64)
    }
}
