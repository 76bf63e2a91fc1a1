/// The platform's own code, from the `(STATUS.CODE)` that ends a `desc` such as `Token is invalid. (401.-29401)`.
enum DescriptionCode {
    /// The number after the point, or `nil` when the text does not end in such a pair.
    ///
    /// Only the end counts, because the text before it can quote what a player wrote. White space and a full stop after
    /// the pair, and white space inside its brackets, are let pass.
    static func code(of description: String) -> Int? {
        var text = Substring(description).utf8
        while let last = text.last, last.isSpace || last == 0x2E { text.removeLast() }
        guard text.last == 0x29, let open = text.lastIndex(of: 0x28) else { return nil }
        let pair = text[text.index(after: open)...].dropLast()
        guard let point = pair.firstIndex(of: 0x2E) else { return nil }
        let status = pair[..<point].trimmed
        let code = pair[pair.index(after: point)...].trimmed
        let digits = code.first == 0x2D ? code.dropFirst() : code
        guard status.isDigits(maximumCount: 3), digits.isDigits(maximumCount: 9) else { return nil }
        return Int(Substring(code))
    }
}

extension Substring.UTF8View {
    fileprivate var trimmed: Substring.UTF8View {
        var text = self
        while text.first?.isSpace == true { text.removeFirst() }
        while text.last?.isSpace == true { text.removeLast() }
        return text
    }

    fileprivate func isDigits(maximumCount: Int) -> Bool {
        (1...maximumCount).contains(self.count) && self.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
