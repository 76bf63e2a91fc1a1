import Foundation
import Testing

/// The repository's `schemas` folder, found from this source file so that it works in any clone.
enum SchemaFolder {
    static let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "schemas")

    /// Every `*.schema.json`, by file name.
    static func documents() throws -> [String: JSONValue] { try Self.loaded.get() }

    private static let loaded = Result { try Self.load() }

    private static func load() throws -> [String: JSONValue] {
        var documents: [String: JSONValue] = [:]
        for file in try Self.files(in: Self.url) where file.lastPathComponent.hasSuffix(".schema.json") {
            documents[file.lastPathComponent] = try Self.json(file)
        }
        return documents
    }

    /// The schema in the file `NAME.schema.json`, with what it refers to.
    static func schema(_ name: String) throws -> JSONSchema {
        let documents = try Self.documents()
        guard let document = documents["\(name).schema.json"] else { throw CocoaError(.fileNoSuchFile) }
        return try JSONSchema(document, documents: documents)
    }

    static func files(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    static func json(_ file: URL) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: file))
    }
}

/// A document of `schemas/examples` with the schema it belongs to.
struct SchemaExample: Sendable, CustomTestStringConvertible {
    var name: String
    /// The schema's file name.
    var schema: String
    var why: String?
    /// What the decoder's defect names, for a broken login event.
    var field: String?
    /// Whether the decoder refuses what the schema cannot express.
    var isBeyondSchema: Bool
    var document: JSONValue

    var testDescription: String { self.name }

    /// The examples of a folder; none when it cannot be read, which ``ExampleTests`` notices.
    static func all(_ folder: String) -> [SchemaExample] {
        let files = try? SchemaFolder.files(in: SchemaFolder.url.appending(path: "examples/\(folder)"))
        return (files ?? []).compactMap { file in
            guard let wrapper = try? SchemaFolder.json(file), let schema = wrapper["schema"]?.string,
                let document = wrapper["document"]
            else { return nil }
            return SchemaExample(
                name: file.lastPathComponent,
                schema: schema,
                why: wrapper["why"]?.string,
                field: wrapper["field"]?.string,
                isBeyondSchema: wrapper["beyondSchema"] == true,
                document: document
            )
        }
    }
}
