import Foundation

/// Reads the JSON that well-behaved programs write, and gives up on everything else.
///
/// Every login costs two small documents: the event and the platform's answer. `JSONDecoder` reads anything, at a price
/// that is a fifth of what a login costs; nearly all of those documents are objects of plain strings. This reader takes
/// exactly those, and for whatever it does not take (an escape, a number where a text is due, a repeated member, an
/// array, broken syntax) the caller asks `JSONDecoder`, which also finds the words for what is wrong. What it does take
/// it must read as `JSONDecoder` does; a property test holds the two against each other.
package struct PlainJSON {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    /// Objects inside of objects, at most.
    static let maximumDepth = 4

    /// A member's name, as it stands in the document.
    package struct Name {
        fileprivate let bytes: UnsafeBufferPointer<UInt8>

        package var text: String { String(decoding: self.bytes, as: UTF8.self) }

        package static func ~= (name: StaticString, found: Name) -> Bool {
            let count = name.utf8CodeUnitCount
            guard found.bytes.count == count, let start = found.bytes.baseAddress else { return false }
            return memcmp(start, name.utf8Start, count) == 0
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads a document that is one object.
    ///
    /// - Parameters:
    ///   - member: is called for each member, in order, and must take its value with ``text()``, ``object(_:)`` or
    ///     ``skip()``; false gives up.
    /// - Returns: whether the whole document was plain.
    package static func read(_ bytes: [UInt8], _ member: (Name, inout PlainJSON) -> Bool) -> Bool {
        bytes.withUnsafeBufferPointer { storage in
            var reader = PlainJSON(bytes: storage)
            guard reader.object(member) else { return false }
            reader.skipSpace()
            return reader.position == storage.count
        }
    }

    /// Takes a string or a null. The outer optional is `nil` when the value is neither, or is not plain.
    package mutating func text() -> String?? {
        self.skipSpace()
        if self.take("null") { return .some(nil) }
        guard let slice = self.string() else { return nil }
        // To validate anything else takes a detour of the standard library that costs as much as the rest of the string.
        if slice.isASCII { return .some(String(decoding: slice.bytes, as: UTF8.self)) }
        return String(validating: slice.bytes, as: UTF8.self).map { .some($0) }
    }

    /// Takes an object, member by member; false when the value is none, or is not plain.
    package mutating func object(_ member: (Name, inout PlainJSON) -> Bool) -> Bool {
        self.skipSpace()
        guard self.depth < Self.maximumDepth, self.take(0x7B) else { return false }
        self.depth += 1
        defer { self.depth -= 1 }
        self.skipSpace()
        if self.take(0x7D) { return true }
        while true {
            self.skipSpace()
            guard let name = self.string() else { return false }
            self.skipSpace()
            guard name.isASCII, self.take(0x3A), member(Name(bytes: name.bytes), &self) else { return false }
            self.skipSpace()
            if self.take(0x2C) { continue }
            return self.take(0x7D)
        }
    }

    /// Takes a string, null, true or false that nobody asks for; false for every other value.
    package mutating func skip() -> Bool {
        self.skipSpace()
        if self.take("null") || self.take("true") || self.take("false") { return true }
        guard let slice = self.string() else { return false }
        return slice.isASCII || String(validating: slice.bytes, as: UTF8.self) != nil
    }

    /// The bytes between quotation marks; `nil` when there is an escape or a control character among them.
    private mutating func string() -> (bytes: UnsafeBufferPointer<UInt8>, isASCII: Bool)? {
        guard self.take(0x22) else { return nil }
        let start = self.position
        var united: UInt8 = 0
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            switch byte {
            case 0x22:
                let slice = UnsafeBufferPointer(rebasing: self.bytes[start..<self.position])
                self.position += 1
                return (slice, united < 0x80)
            case 0x5C, 0..<0x20: return nil
            default:
                united |= byte
                self.position += 1
            }
        }
        return nil
    }

    private mutating func skipSpace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x09, 0x0A, 0x0D: self.position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.position < self.bytes.count, self.bytes[self.position] == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard self.position + count <= self.bytes.count, let start = self.bytes.baseAddress,
            memcmp(start + self.position, word.utf8Start, count) == 0
        else { return false }
        self.position += count
        return true
    }
}
