import Foundation
import LoginContracts
import Testing

/// The examples in `schemas/examples` mean the same to the schemas and to the decoder.
@Suite struct ExampleTests {
    @Test(arguments: ["valid": 15, "broken": 60]) func everyExampleFileIsReadable(folder: String, minimum: Int) throws {
        let files = try SchemaFolder.files(in: SchemaFolder.url.appending(path: "examples/\(folder)"))
        #expect(files.count >= minimum)
        #expect(SchemaExample.all(folder).count == files.count)
    }

    @Test func everySchemaIsUsableAndKnowsItsName() throws {
        let documents = try SchemaFolder.documents()
        #expect(documents.count == 12)
        for (name, document) in documents {
            _ = try JSONSchema(document, documents: documents)
            #expect(document["$id"]?.string?.hasSuffix("/" + name) == true, "\(name)")
        }
    }

    @Test(arguments: SchemaExample.all("valid")) func validExampleIsAccepted(_ example: SchemaExample) throws {
        let schema = try SchemaFolder.schema(example.schema.replacing(".schema.json", with: ""))
        #expect(schema.problems(of: example.document) == [])
        if let record = try Self.loginRecord(example) {
            let event = try LoginEventDecoder().decode(record)
            let data = example.document["data"] ?? example.document
            #expect(event.kgAppId == data["kgAppId"]?.string)
            #expect(event.accessToken.value == data["accessToken"]?.string)
            #expect(event.playerId == data["playerId"]?.string)
            #expect(event.sessionId == data["sessionId"]?.string)
            #expect(event.serverId == data["serverId"]?.string)
            if let id = data["eventId"]?.string { #expect(event.eventID == id) }
        }
    }

    @Test(arguments: SchemaExample.all("broken")) func brokenExampleIsRefused(_ example: SchemaExample) throws {
        #expect(example.why?.isEmpty == false)
        let schema = try SchemaFolder.schema(example.schema.replacing(".schema.json", with: ""))
        #expect(schema.accepts(example.document) == example.isBeyondSchema)
        if let record = try Self.loginRecord(example) {
            let defect = #expect(throws: EventDefect.self) { try LoginEventDecoder().decode(record) }
            #expect(defect?.field == example.field)
            #expect(defect?.rule.isEmpty == false)
        }
    }

    @Test(arguments: SchemaExample.all("valid")) func examplesHoldOnlyMadeUpTokens(_ example: SchemaExample) {
        let data = example.document["data"] ?? example.document
        if let token = data["accessToken"]?.string { #expect(token == "example-token-not-real") }
        if let url = data["redirectUri"]?["url"]?.string {
            #expect(url.contains(".example/") && url.contains("not-a-real"))
        }
    }

    /// The record that carries a login event's example, or `nil` for an example of something else.
    private static func loginRecord(_ example: SchemaExample) throws -> SourceRecord? {
        let value = Array(try JSONEncoder().encode(example.document))
        switch example.schema {
        case "login-event.schema.json": return .login(value)
        case "login-event.cloudevent.schema.json":
            return .login(value, headers: [.init("content-type", "application/cloudevents+json; charset=UTF-8")])
        default: return nil
        }
    }
}
