import LoginContracts

/// The parameters of a query or a form (`application/x-www-form-urlencoded`), read strictly.
///
/// Each is taken out by name and checked; what is left over at the end is refused, so a misspelt filter never shows more
/// than was asked for.
struct QueryParameters {
    private var values: [String: [String]] = [:]
    /// Everything that was taken out, for the access log; values that were given several times are joined by commas.
    private(set) var question: [String: String] = [:]

    /// Of a query or a form, in bytes as it was sent.
    static let maximumLength = 8192
    static let maximumParameters = 64

    /// - Parameter field: What a defect of the whole is called.
    init(_ text: String?, field: String = "query") throws(Problem) {
        guard let text, !text.isEmpty else { return }
        guard text.utf8.count <= Self.maximumLength else {
            throw .parameter(field, must: "be at most \(Self.maximumLength) bytes")
        }
        let pairs = text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        guard pairs.count <= Self.maximumParameters else {
            throw .parameter(field, must: "hold at most \(Self.maximumParameters) parameters")
        }
        for pair in pairs {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = parts.count > 1 ? Self.decode(parts[1]) : "" else {
                throw .parameter(field, must: "be percent-encoded UTF-8")
            }
            self.values[name, default: []].append(value)
        }
    }

    /// Every value of a parameter; empty when it is not there.
    mutating func all(_ name: String, maximum: Int) throws(Problem) -> [String] {
        let values = self.values.removeValue(forKey: name) ?? []
        guard values.count <= maximum else {
            throw .parameter(name, must: maximum == 1 ? "be there once" : "be there at most \(maximum) times")
        }
        if !values.isEmpty { self.question[name] = values.joined(separator: ",") }
        return values
    }

    /// The value of a parameter that may be there once.
    mutating func one(_ name: String) throws(Problem) -> String? {
        try self.all(name, maximum: 1).first
    }

    /// A text of 1 to `maximumLength` bytes.
    mutating func text(_ name: String, maximumLength: Int) throws(Problem) -> String? {
        guard let text = try self.one(name) else { return nil }
        guard (1...maximumLength).contains(text.utf8.count) else {
            throw .parameter(name, must: "be 1 to \(maximumLength) bytes")
        }
        return text
    }

    /// A whole number, written in digits alone.
    mutating func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let text = try self.one(name) else { return nil }
        return try Self.integer(text, name, in: range)
    }

    static func integer(_ text: String, _ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64 {
        guard (1...19).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(text), range.contains(number)
        else { throw .parameter(name, must: "be a whole number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    /// One of an enumeration's names, as often as they like.
    mutating func choices<Choice>(_ name: String) throws(Problem) -> Set<Choice>
    where Choice: RawRepresentable<String> & CaseIterable & Hashable {
        var choices: Set<Choice> = []
        for text in try self.all(name, maximum: Choice.allCases.count) {
            guard let choice = Choice(rawValue: text) else {
                throw .parameter(name, must: "be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
            }
            choices.insert(choice)
        }
        return choices
    }

    /// Refuses what nobody has taken out.
    func finish(knowing names: [String]) throws(Problem) {
        guard self.values.isEmpty else {
            throw .parameter("query", must: "hold no other parameters than " + names.joined(separator: ", "))
        }
    }

    /// `nil` when a percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    private static func decode(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.next(), let low = rest.next(),
                    let decoded = [UInt8](hexadecimal: String(decoding: [high, low], as: UTF8.self), count: 1)
                else { return nil }
                bytes += decoded
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
