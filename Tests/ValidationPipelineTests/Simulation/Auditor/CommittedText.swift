import Foundation

/// What a commit says is complete, read by the words of the format alone: `lv1.TRAIL.FIRST.NEXT.OFFSETS`.
struct CommittedText {
    private var open: Set<Int64> = []
    private let end: Int64

    /// Metadata in another form says nothing: then everything before the offset is complete.
    init(offset: Int64, metadata: String) {
        let parts = metadata.split(separator: ".", omittingEmptySubsequences: false)
        var text = parts.count == 5 && parts[0] == "lv1" ? String(parts[4]) : ""
        text = text.replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        var numbers: [Int64] = []
        var shift: Int64 = 0
        for byte in Data(base64Encoded: text) ?? Data() {
            if shift == 0 { numbers.append(0) }
            numbers[numbers.count - 1] |= Int64(byte & 0x7F) << shift
            shift = byte & 0x80 == 0 ? 0 : shift + 7
        }
        self.end = offset + (numbers.first ?? 0)
        guard self.end > offset else { return }
        var next = offset
        self.open.insert(next)
        for distance in numbers.dropFirst() {
            next += distance
            self.open.insert(next)
        }
    }

    func isComplete(_ offset: Int64) -> Bool { offset < self.end && !self.open.contains(offset) }
}
