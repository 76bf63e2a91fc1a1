/// A bounded view of a value that nobody could read, with everything in it masked that might be a token.
///
/// Nothing is recognised as a token, because no rule could recognise every token in a broken document. It is the other
/// way round: what is shown is JSON's punctuation, the names of a login event's fields, and such values of them that
/// cannot be a token by their form. For all the rest stands how many bytes there are: `{"accessToken":"<41 bytes>"`.
package enum ValueExcerpt {
    /// Of the value, so many bytes are looked at.
    package static let maximumBytes = 4096
    /// Of the excerpt, in characters; a last piece may go a little beyond it.
    package static let maximumLength = 240

    package static func text(of value: [UInt8]?) -> String {
        guard let value else { return "(none)" }
        guard !value.isEmpty else { return "(empty)" }
        var writer = ExcerptWriter(bytes: value.prefix(Self.maximumBytes))
        let isWhole = writer.run(maximumLength: Self.maximumLength) && value.count <= Self.maximumBytes
        return isWhole ? writer.text : "\(writer.text)… (\(value.count) bytes)"
    }

    /// What stands in place of something that is not shown.
    package static func mask(_ count: Int) -> String { count == 1 ? "<1 byte>" : "<\(count) bytes>" }
}

/// The fields whose names, and some of whose values, are shown.
private enum KnownField: String, CaseIterable {
    case kgAppId, accessToken, platform, loginMethod, playerId, eventId, occurredAt, sessionId, serverId
    case specversion, id, source, type, time, subject, datacontenttype, data

    func shows(_ value: String) -> Bool {
        switch self {
        case .kgAppId: value.isDigits(maximumLength: LoginEvent.maximumAppIDLength)
        case .playerId: value.isDigits(maximumLength: 20)
        case .platform: Platform(rawValue: value) != nil
        case .loginMethod: LoginMethod(rawValue: value) != nil
        case .occurredAt, .time: Timestamp(rfc3339: value) != nil
        case .specversion: value == "1.0"
        case .accessToken, .eventId, .sessionId, .serverId, .id, .source, .type, .subject, .datacontenttype, .data:
            false
        }
    }
}

private struct ExcerptWriter {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private(set) var text = ""
    /// The field whose value comes next.
    private var field: KnownField?
    /// Of a mask that goes on, because only spaces and other masked bytes came since.
    private var masked = 0

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    /// - Returns: whether everything was written.
    mutating func run(maximumLength: Int) -> Bool {
        while self.position < self.bytes.endIndex {
            guard self.text.utf8.count < maximumLength else { return false }
            switch self.bytes[self.position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): self.position += 1
            case UInt8(ascii: "\""): self.string()
            case UInt8(ascii: ":"): self.punctuation(":")
            case UInt8(ascii: ","): self.separator(",")
            case UInt8(ascii: "{"): self.separator("{")
            case UInt8(ascii: "}"): self.separator("}")
            case UInt8(ascii: "["): self.separator("[")
            case UInt8(ascii: "]"): self.separator("]")
            default: self.bare()
            }
        }
        self.flushMask()
        return true
    }

    private mutating func punctuation(_ character: String) {
        self.flushMask()
        self.text += character
        self.position += 1
    }

    private mutating func separator(_ character: String) {
        self.punctuation(character)
        self.field = nil
    }

    private mutating func string() {
        self.flushMask()
        let start = self.position + 1
        var end = start
        while end < self.bytes.endIndex, self.bytes[end] != UInt8(ascii: "\"") {
            end = min(end + (self.bytes[end] == UInt8(ascii: "\\") ? 2 : 1), self.bytes.endIndex)
        }
        self.position = min(end + 1, self.bytes.endIndex)
        let content = self.bytes[start..<end]
        let value = String(decoding: content, as: UTF8.self)
        if self.isBeforeColon {
            self.field = KnownField(rawValue: value)
            self.text += "\"\(self.field?.rawValue ?? ValueExcerpt.mask(content.count))\""
        } else {
            self.text += "\"\(self.shown(value) ?? (content.isEmpty ? "" : ValueExcerpt.mask(content.count)))\""
            self.field = nil
        }
    }

    /// A number, a word, or anything else without quotation marks.
    private mutating func bare() {
        let start = self.position
        while self.position < self.bytes.endIndex, !"\" \t\r\n:,{}[]".utf8.contains(self.bytes[self.position]) {
            self.position += 1
        }
        let content = self.bytes[start..<self.position]
        let value = String(decoding: content, as: UTF8.self)
        if self.masked == 0, ["null", "true", "false"].contains(value) {
            self.text += value
        } else if self.masked == 0, let shown = self.shown(value) {
            self.text += shown
        } else {
            self.masked += content.count
        }
        self.field = nil
    }

    private func shown(_ value: String) -> String? { self.field?.shows(value) == true ? value : nil }

    private mutating func flushMask() {
        guard self.masked > 0 else { return }
        self.text += ValueExcerpt.mask(self.masked)
        self.masked = 0
    }

    private var isBeforeColon: Bool {
        let rest = self.bytes[self.position...].prefix { " \t\r\n".utf8.contains($0) }
        return rest.endIndex < self.bytes.endIndex && self.bytes[rest.endIndex] == UInt8(ascii: ":")
    }
}

extension String {
    func isDigits(maximumLength: Int) -> Bool {
        (1...maximumLength).contains(self.utf8.count) && self.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
