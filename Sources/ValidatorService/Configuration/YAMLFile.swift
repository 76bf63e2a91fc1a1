import Yams

/// A YAML document, or a JSON one, which the same parser reads: scalars keep their text, so an id with leading zeros
/// or twenty digits stays what it is.
///
/// libyaml itself refuses more than 1,000 levels. Aliases multiply what a file holds, and Yams compares the keys of
/// every mapping before anybody can count nodes, so their number is bounded first.
struct YAMLFile {
    /// `nil` for an empty file.
    let root: Node?
    let source: BoundedFile

    /// Aliases in a document at most; in the worst case so few unfold to some hundred copies.
    static let maximumAliases = 16
    /// Nodes of a document, aliases followed, at most.
    static let maximumNodes = 200_000

    init(
        _ path: String,
        named origin: ConfigurationError.Problem,
        maximumBytes: Int
    ) throws(ConfigurationError.Problem) {
        self.source = try BoundedFile(path, named: origin, maximumBytes: maximumBytes)
        guard Self.aliases(in: self.source.text) <= Self.maximumAliases else {
            throw origin.naming(path, "has more than \(Self.maximumAliases) YAML aliases; write the values out.")
        }
        do {
            self.root = try Parser(yaml: self.source.text, encoding: .utf8).singleRoot()
        } catch {
            throw origin.naming(path, "is not valid YAML or JSON: \(Self.fault(error)); correct it.")
        }
        guard self.root.map(Self.isBounded) ?? true else {
            throw origin.naming(path, "holds more than \(Self.maximumNodes) values; shorten it.")
        }
    }

    /// The fault and its line.
    ///
    /// The error's own description quotes the file, which may hold secrets, so it is not used; the words of a fault are
    /// constants of libyaml.
    private static func fault(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let fault, let mark, _), .parser(_, let fault, let mark, _),
            .composer(_, let fault, let mark, _):
            "\(fault) in line \(mark.line)"
        case .duplicatedKeysInMapping(_, let context):
            "a key is given twice, first in line \(context.mark.line)"
        case .reader(let fault, _, _, _): fault
        default: "it cannot be parsed"
        }
    }

    /// Stars that can begin an alias: after white space or an indicator, before a name. Texts and comments may hold
    /// such stars too, so this may count too many, never too few.
    static func aliases(in text: String) -> Int {
        var count = 0
        var previous = UInt8(ascii: "\n")
        var isCandidate = false
        for byte in text.utf8 {
            if isCandidate, byte > 0x20 { count += 1 }
            isCandidate =
                byte == UInt8(ascii: "*")
                && (previous <= 0x20 || previous >= 0x80 || "[]{},:-?".utf8.contains(previous))
            previous = byte
        }
        return count
    }

    private static func isBounded(_ root: Node) -> Bool {
        var pending = [root]
        var seen = 0
        while let node = pending.popLast() {
            seen += 1
            if seen > Self.maximumNodes { return false }
            switch node {
            case .mapping(let mapping): for (key, value) in mapping { pending += [key, value] }
            case .sequence(let sequence): pending += Array(sequence)
            case .scalar, .alias: break
            }
        }
        return true
    }
}

extension Node {
    /// The text of a scalar that is not null.
    var text: String? {
        guard case .scalar(let scalar) = self, !self.isNull else { return nil }
        return scalar.string
    }

    /// A value left out, `~` or `null`, not in quotes.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
