import Testing

/// Tests of the checker itself: a checker that accepts everything would make every other schema test worthless.
@Suite struct JSONSchemaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var schema: JSONValue
        var accepted: [JSONValue]
        var refused: [JSONValue]
        var testDescription: String { self.schema.object?.keys.sorted().joined(separator: ", ") ?? "boolean" }
    }

    static let cases: [Case] = [
        Case(schema: false, accepted: [], refused: [1, nil, [:]]),
        Case(schema: true, accepted: [1, nil, [:]], refused: []),
        Case(schema: ["type": "integer"], accepted: [1, -2], refused: ["1", .number(1.5), true, nil]),
        Case(schema: ["type": ["string", "null"]], accepted: ["", nil], refused: [0, false, [:]]),
        Case(schema: ["enum": ["a", nil]], accepted: ["a", nil], refused: ["A", 0]),
        Case(schema: ["const": "1.0"], accepted: ["1.0"], refused: [1, .number(1.0), "1"]),
        Case(schema: ["required": ["a"]], accepted: [["a": nil], "text"], refused: [[:], ["b": 1]]),
        Case(schema: ["minLength": 1, "maxLength": 2], accepted: ["é", "𝄞𝄞", 9], refused: ["", "e\u{301}x"]),
        Case(schema: ["maxLength": 1], accepted: ["𝄞"], refused: ["\r\n", "e\u{301}"]),
        Case(schema: ["minimum": 0, "maximum": 9], accepted: [0, 9, "x"], refused: [-1, 10]),
        Case(schema: ["pattern": "^[0-9]+$"], accepted: ["12", 5], refused: ["", "12\n", "\r\n12", "1a", "１"]),
        Case(schema: ["pattern": "b"], accepted: ["abc"], refused: ["ac"]),
        Case(schema: ["properties": ["a": ["type": "string"]]], accepted: [["a": "x"], ["b": 1]], refused: [["a": 1]]),
        Case(
            schema: ["properties": ["a": true], "additionalProperties": false],
            accepted: [["a": 1], [:], 3],
            refused: [["b": 1]]
        ),
        Case(schema: ["items": ["type": "integer"]], accepted: [[1, 2], [], "x"], refused: [["1"], [1, nil]]),
        Case(schema: ["minItems": 1, "maxItems": 2], accepted: [[1], [1, 2], "x"], refused: [[], [1, 2, 3]]),
        Case(schema: ["anyOf": [["const": 1], ["const": 2]]], accepted: [1, 2], refused: [3]),
        Case(schema: ["allOf": [["minimum": 1], ["maximum": 2]]], accepted: [1, 2], refused: [0, 3]),
        Case(schema: ["not": ["const": 1]], accepted: [2], refused: [1]),
        Case(
            schema: ["if": ["const": 1], "then": false, "else": ["type": "string"]],
            accepted: ["a"],
            refused: [1, 2]
        ),
        Case(schema: ["$ref": "other"], accepted: ["x"], refused: [1]),
    ]

    @Test(arguments: cases) func keywordAcceptsAndRefuses(_ test: Case) throws {
        let schema = try JSONSchema(test.schema, documents: ["other": ["type": "string"]])
        for document in test.accepted { #expect(schema.problems(of: document) == [], "\(document)") }
        for document in test.refused { #expect(!schema.accepts(document), "\(document)") }
    }

    @Test(
        arguments: [
            ["uniqueItems": true], ["type": "text"], ["format": "email"], ["$ref": "absent"], ["then": true],
            ["required": []],
            ["$schema": "http://json-schema.org/draft-07/schema#"], ["pattern": "["], ["maxLength": "3"], "text",
            ["if": ["const": 1], "then": ["unheardOf": 1]], ["properties": ["never": ["reached": true]]],
        ] as [JSONValue]
    )
    func unknownOrBrokenKeywordMakesTheSchemaUnusable(_ schema: JSONValue) {
        #expect(throws: (any Error).self) { try JSONSchema(schema) }
    }

    @Test func problemNamesThePathInTheDocument() throws {
        let schema = try JSONSchema(["properties": ["a": ["properties": ["b": ["type": "string"]]]]])
        #expect(schema.problems(of: ["a": ["b": 1]]) == ["$.a.b: is no string"])
    }
}
