/// A JSON Schema (draft 2020-12), as far as the schemas of this repository use the language.
///
/// It is strict: a keyword, type or format that it does not know makes the schema unusable, also in a branch that no
/// document reaches, so that nothing is silently unchecked. Patterns see Unicode code points, and a `$` at a pattern's
/// end is the end of the text, as in ECMA-262.
struct JSONSchema {
    /// What is wrong with a schema, and where in it.
    struct Unusable: Error, CustomStringConvertible {
        var place: String
        var problem: String
        var description: String { "\(self.place): \(self.problem)" }
    }

    private let checks: [Check]

    private typealias Check = (JSONValue, String) -> [String]

    /// Reads a schema with everything in it; `documents` is what a `$ref` may name.
    ///
    /// - Throws: ``Unusable``, or the regex parser's error about a pattern.
    init(_ schema: JSONValue, documents: [String: JSONValue] = [:], place: String = "#") throws {
        switch schema {
        case .boolean(let accepts):
            self.checks = accepts ? [] : [{ _, path in ["\(path): must not be there"] }]
        case .object(let members):
            self.checks = try members.sorted { $0.key < $1.key }.flatMap { keyword, argument in
                try Self.check(
                    Keyword(name: keyword, argument: argument, siblings: members, place: "\(place)/\(keyword)"),
                    documents: documents
                )
            }
        default:
            throw Unusable(place: place, problem: "a schema is an object or a boolean")
        }
    }

    /// Everything that is wrong with a document; empty when it is valid.
    func problems(of document: JSONValue, path: String = "$") -> [String] {
        self.checks.flatMap { $0(document, path) }
    }

    func accepts(_ document: JSONValue) -> Bool { self.problems(of: document).isEmpty }

    private static func check(_ keyword: Keyword, documents: [String: JSONValue]) throws -> [Check] {
        func schema(_ value: JSONValue, _ step: String = "") throws -> JSONSchema {
            try JSONSchema(value, documents: documents, place: keyword.place + step)
        }
        switch keyword.name {
        case "$schema":
            guard keyword.argument == "https://json-schema.org/draft/2020-12/schema" else {
                throw keyword.unusable("is not draft 2020-12")
            }
            return []
        case "$id", "title", "description":
            _ = try keyword.text()
            return []
        case "format":
            // An annotation in this draft, unless a dialect says otherwise: the pattern beside it is the rule.
            guard ["date-time", "uri-reference"].contains(try keyword.text()) else {
                throw keyword.unusable("is an unknown format")
            }
            return []
        case "$ref":
            let name = try keyword.text()
            guard let target = documents[name] else { throw keyword.unusable("names no document: \(name)") }
            return try JSONSchema(target, documents: documents, place: name).checks
        case "properties":
            let schemas = try keyword.members().mapValues { try schema($0) }
            return [
                { document, path in
                    guard let members = document.object else { return [] }
                    return schemas.flatMap { name, schema in
                        members[name].map { schema.problems(of: $0, path: "\(path).\(name)") } ?? []
                    }
                }
            ]
        case "additionalProperties":
            let rest = try schema(keyword.argument)
            let known = Set(keyword.siblings["properties"]?.object?.keys.map { $0 } ?? [])
            return [
                { document, path in
                    (document.object ?? [:]).flatMap { name, value in
                        known.contains(name) ? [] : rest.problems(of: value, path: "\(path).\(name)")
                    }
                }
            ]
        case "items":
            let element = try schema(keyword.argument)
            return [
                { document, path in
                    (document.array ?? []).enumerated().flatMap { index, value in
                        element.problems(of: value, path: "\(path)[\(index)]")
                    }
                }
            ]
        case "allOf":
            return try keyword.elements().flatMap { try schema($0).checks }
        case "anyOf":
            let branches = try keyword.elements().map { try schema($0) }
            return [
                { document, path in
                    branches.contains { $0.accepts(document) } ? [] : ["\(path): fits no branch of anyOf"]
                }
            ]
        case "not":
            let refused = try schema(keyword.argument)
            return [{ document, path in refused.accepts(document) ? ["\(path): fits what it must not"] : [] }]
        case "if":
            let condition = try schema(keyword.argument)
            let then = try schema(keyword.siblings["then"] ?? true)
            let otherwise = try schema(keyword.siblings["else"] ?? true)
            return [
                { document, path in
                    (condition.accepts(document) ? then : otherwise).problems(of: document, path: path)
                }
            ]
        case "then", "else":
            guard keyword.siblings["if"] != nil else { throw keyword.unusable("stands without if") }
            return []
        default:
            return try [self.assertion(keyword)]
        }
    }
}
