/// A JSON value (RFC 8259) whose members keep the order they were written in.
///
/// Simulated answers and events should look like the ones the real systems send, members in the documented order, and
/// must be able to be subtly wrong; an encoder of typed values allows neither.
package enum JSONDocument: Sendable {
    case string(String)
    case integer(Int64)
    case boolean(Bool)
    case null
    case array([JSONDocument])
    case object([Member])

    /// One member of an object.
    package struct Member: Sendable {
        var name: String
        var value: JSONDocument
    }

    /// An object of the members that have a value; a `nil` member is left out, which is not the same as ``null``.
    package static func members(_ members: KeyValuePairs<String, JSONDocument?>) -> JSONDocument {
        .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }

    /// The document as UTF-8 without white space.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        self.append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .string(let text):
            bytes.append(quoted: text)
        case .integer(let number):
            bytes.append(contentsOf: "\(number)".utf8)
        case .boolean(let flag):
            bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null:
            bytes.append(contentsOf: "null".utf8)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(quoted: member.name)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONDocument: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(dictionaryLiteral elements: (String, JSONDocument)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

extension [UInt8] {
    /// A JSON string: quotation mark, reverse solidus and control characters escaped (RFC 8259 section 7).
    fileprivate mutating func append(quoted text: String) {
        self.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.append(UInt8(ascii: "\\"))
                self.append(byte)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                self.append(contentsOf: "\\u00".utf8)
                self.append(digits[Int(byte >> 4)])
                self.append(digits[Int(byte & 15)])
            default:
                self.append(byte)
            }
        }
        self.append(UInt8(ascii: "\""))
    }
}
