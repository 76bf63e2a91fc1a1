/// Finds every occurrence of some bytes in linear time (Knuth, Morris and Pratt).
///
/// An answer chooses both the one-time token and the texts it is looked for in; with a search that starts over after
/// every mismatch, a few kilobytes of one letter would keep the event loop busy for a second.
struct BytePattern {
    private let bytes: [UInt8]
    /// For every prefix of the pattern, the length of the longest shorter prefix that also ends it.
    private let borders: [Int]

    init(_ text: String) {
        let bytes = Array(text.utf8)
        precondition(!bytes.isEmpty, "An empty pattern is everywhere")
        var borders = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = borders[length - 1] }
            if bytes[index] == bytes[length] { length += 1 }
            borders[index] = length
        }
        self.bytes = bytes
        self.borders = borders
    }

    /// Sets the marks of all bytes of `text` that are part of an occurrence.
    func mark(in text: [UInt8], marks: inout [Bool]) {
        guard text.count >= self.bytes.count else { return }
        var length = 0
        var marked = 0
        for index in text.indices {
            while length > 0, text[index] != self.bytes[length] { length = self.borders[length - 1] }
            if text[index] == self.bytes[length] { length += 1 }
            guard length == self.bytes.count else { continue }
            // An overlapping occurrence may begin before the end of the last one.
            for position in max(marked, index + 1 - length)...index { marks[position] = true }
            marked = index + 1
            length = self.borders[length - 1]
        }
    }
}
