extension JSONSchema {
    /// A keyword with its argument and the other keywords of its schema.
    struct Keyword {
        var name: String
        var argument: JSONValue
        var siblings: [String: JSONValue]
        var place: String

        func unusable(_ problem: String) -> Unusable { Unusable(place: self.place, problem: problem) }

        func text() throws -> String {
            guard let text = self.argument.string else { throw self.unusable("must be a string") }
            return text
        }

        func integer() throws -> Int64 {
            guard case .integer(let value) = self.argument else { throw self.unusable("must be an integer") }
            return value
        }

        func elements() throws -> [JSONValue] {
            guard let elements = self.argument.array, !elements.isEmpty else {
                throw self.unusable("must be an array with elements")
            }
            return elements
        }

        func members() throws -> [String: JSONValue] {
            guard let members = self.argument.object else { throw self.unusable("must be an object") }
            return members
        }
    }

    /// The keywords that look at a value itself; each concerns one type and lets the others pass.
    static func assertion(_ keyword: Keyword) throws -> (JSONValue, String) -> [String] {
        switch keyword.name {
        case "type":
            let names = try (keyword.argument.array ?? [keyword.argument]).map { name -> String in
                guard let name = name.string,
                    ["null", "boolean", "object", "array", "integer", "string"].contains(name)
                else { throw keyword.unusable("is an unknown type") }
                return name
            }
            return { document, path in
                names.contains(document.typeName) ? [] : ["\(path): is no \(names.joined(separator: " or "))"]
            }
        case "enum":
            let values = try keyword.elements()
            return { document, path in values.contains(document) ? [] : ["\(path): is not in the enum"] }
        case "const":
            return { document, path in document == keyword.argument ? [] : ["\(path): is not the constant"] }
        case "required":
            let names = try keyword.elements().map { name -> String in
                guard let name = name.string else { throw keyword.unusable("must hold strings") }
                return name
            }
            return { document, path in
                guard let members = document.object else { return [] }
                return names.filter { members[$0] == nil }.map { "\(path): lacks \($0)" }
            }
        case "minLength", "maxLength":
            let limit = try keyword.integer()
            let isMinimum = keyword.name == "minLength"
            return { document, path in
                guard let count = document.string.map({ Int64($0.unicodeScalars.count) }) else { return [] }
                return (isMinimum ? count >= limit : count <= limit) ? [] : ["\(path): has \(count) code points"]
            }
        case "minItems", "maxItems":
            let limit = try keyword.integer()
            let isMinimum = keyword.name == "minItems"
            return { document, path in
                guard let count = document.array.map({ Int64($0.count) }) else { return [] }
                return (isMinimum ? count >= limit : count <= limit) ? [] : ["\(path): has \(count) elements"]
            }
        case "minimum", "maximum":
            let limit = try keyword.integer()
            let isMinimum = keyword.name == "minimum"
            return { document, path in
                guard case .integer(let value) = document else { return [] }
                return (isMinimum ? value >= limit : value <= limit) ? [] : ["\(path): is out of range"]
            }
        case "pattern":
            let pattern = try keyword.text()
            let endsAtEnd = pattern.hasSuffix("$") && !pattern.hasSuffix("\\$")
            let regex = try Regex(endsAtEnd ? pattern.dropLast() + "\\z" : pattern).matchingSemantics(.unicodeScalar)
            return { document, path in
                guard let text = document.string else { return [] }
                return text.contains(regex) ? [] : ["\(path): does not match \(pattern)"]
            }
        default:
            throw keyword.unusable("is an unknown keyword")
        }
    }
}

extension JSONValue {
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
