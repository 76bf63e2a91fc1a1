import ArgumentParser

/// Offsets on the command line: `A..B`, both included, `A..`, `..B`, or one.
struct OffsetsArgument: ExpressibleByArgument {
    let offsets: ClosedRange<Int64>

    /// The largest offset there can be, with one more still being a number.
    private static let maximum = Int64.max - 1

    init?(argument: String) {
        func offset(_ text: some StringProtocol) -> Int64? {
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(text).flatMap { $0 <= Self.maximum ? $0 : nil }
        }
        guard let dots = argument.firstRange(of: "..") else {
            guard let offset = offset(argument) else { return nil }
            self.offsets = offset...offset
            return
        }
        let first = argument[..<dots.lowerBound]
        let last = argument[dots.upperBound...]
        guard !first.isEmpty || !last.isEmpty, let start = first.isEmpty ? 0 : offset(first),
            let end = last.isEmpty ? Self.maximum : offset(last), start <= end
        else { return nil }
        self.offsets = start...end
    }
}
