import Foundation
import LoginContracts
import Testing
import Yams

/// `schemas/asyncapi.yaml` is whole: it parses, its references resolve, and its names are those of the code.
@Suite struct AsyncAPITests {
    let document: JSONValue

    init() throws {
        let text = try String(contentsOf: SchemaFolder.url.appending(path: "asyncapi.yaml"), encoding: .utf8)
        self.document = JSONValue(yaml: try #require(try Yams.load(yaml: text)))
    }

    @Test func versionAndTopicsAreTheContracts() {
        #expect(self.document["asyncapi"] == "3.0.0")
        let channels = self.document["channels"]?.object ?? [:]
        let addresses = channels.values.compactMap { $0["address"]?.string }.sorted()
        #expect(
            addresses == ["login.audit.checkpoints", "login.events", "login.events.dead-letters", "login.outcomes"]
        )
        for channel in channels.values { #expect(channel["address"] == channel["bindings"]?["kafka"]?["topic"]) }
    }

    @Test func everyReferenceResolves() throws {
        let references = Self.references(in: self.document)
        #expect(references.count > 25)
        for reference in references {
            if reference.hasPrefix("#/") {
                #expect(self.resolve(reference) != nil, "\(reference)")
            } else {
                let file = SchemaFolder.url.appending(path: reference)
                #expect(FileManager.default.fileExists(atPath: file.path()), "\(reference)")
            }
        }
        let used = Set(references.filter { $0.hasPrefix("./") }.map { String($0.dropFirst(2)) })
        #expect(used == Set(try SchemaFolder.documents().keys))
    }

    /// Each operation's messages belong to its channel, and each message of a channel is somebody's.
    @Test func operationsCoverEveryMessage() throws {
        let operations = try #require(self.document["operations"]?.object)
        #expect(
            operations.mapValues { $0["action"] } == [
                "receiveLoginEvent": "receive", "sendOutcome": "send", "sendDeadLetter": "send",
                "replayLoginEvent": "send", "markReplayed": "send", "sendAuditCheckpoint": "send",
            ]
        )
        var covered: Set<String> = []
        for operation in operations.values {
            let channel = try #require(operation["channel"]?["$ref"]?.string)
            for message in operation["messages"]?.array ?? [] {
                let reference = try #require(message["$ref"]?.string)
                #expect(reference.hasPrefix(channel + "/messages/"))
                covered.insert(reference)
            }
        }
        let channels = try #require(self.document["channels"]?.object)
        let all = channels.flatMap { name, channel in
            (channel["messages"]?.object ?? [:]).keys.map { "#/channels/\(name)/messages/\($0)" }
        }
        #expect(covered == Set(all))
    }

    @Test func examplesAreValid() throws {
        let documents = try SchemaFolder.documents()
        var count = 0
        for (name, message) in try #require(self.document["components"]?["messages"]?.object) {
            for example in message["examples"]?.array ?? [] {
                for part in ["payload", "headers"] {
                    guard let value = example[part] else { continue }
                    let file = try #require(message[part]?["schema"]?["$ref"]?.string).dropFirst(2)
                    let schema = try JSONSchema(try #require(documents[String(file)]), documents: documents)
                    #expect(schema.problems(of: value) == [], "\(name)")
                    count += 1
                }
            }
        }
        #expect(count == 5)
    }

    @Test func outcomeHeadersAreThoseTheEncoderWrites() throws {
        let event = try #require(
            SourceRecord.login(
                loginJSON(),
                headers: [.init("traceparent", CloudEventTests.trace), .init("tracestate", "a=b")]
            ).event
        )
        let outcome = Outcome(entry: .example(decision: .kick), index: 0, event: event)
        for (mode, message) in [(OutcomeEncoder.Mode.binary, "outcomeBinary"), (.structured, "outcomeStructured")] {
            let record = try OutcomeEncoder(mode: mode, source: "/s").encode(outcome)
            #expect(record.headers.map(\.name).sorted() == (try self.headerNames(of: message)), "\(message)")
        }
    }

    @Test func deadLetterHeadersAreThoseTheEncoderWrites() throws {
        let letter = DeadLetter(record: .login("x"), disposition: .malformed, message: "m")
        let encoder = DeadLetterEncoder(groupID: "g", instanceID: "i")
        let names = try self.headerNames(of: "deadLetter")
        let whole = encoder.encode(letter).headers.map(\.name)
        #expect(whole.sorted() == names.filter { $0 != DeadLetterEncoder.omittedHeader })
        // One that would be too large says what it leaves out.
        let cut = encoder.encode(letter, maximumBytes: 0).headers.map(\.name)
        #expect(cut.sorted() == names)
    }

    @Test func replayHeadersAreThoseTheEncoderWrites() throws {
        let letter = DeadLetterDecoderTests.stored(.login("x"))
        let event = ReplayEncoder(clusterID: "c").encode(letter, at: Timestamp(0))
        #expect(event.headers.map(\.name).sorted() == (try self.headerNames(of: "loginEventReplayed")))
        let marker = try ReplayMarkerTests.marker([3...7]).encode()
        #expect(marker.headers.map(\.name).sorted() == (try self.headerNames(of: "replayMarker")))
    }

    /// The header names in a message's schema.
    private func headerNames(of message: String) throws -> [String] {
        let headers = self.document["components"]?["messages"]?[message]?["headers"]
        let file = try #require(headers?["schema"]?["$ref"]?.string).dropFirst(2)
        return try #require(SchemaFolder.documents()[String(file)]?["properties"]?.object).keys.sorted()
    }

    private func resolve(_ reference: String) -> JSONValue? {
        var found: JSONValue? = self.document
        for step in reference.dropFirst(2).split(separator: "/") { found = found?[String(step)] }
        return found
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { name, value in
                name == "$ref" ? value.string.map { [$0] } ?? [] : Self.references(in: value)
            }
        case .array(let elements): elements.flatMap { Self.references(in: $0) }
        case .null, .boolean, .integer, .number, .string: []
        }
    }
}

extension JSONValue {
    /// What Yams loads a YAML document as.
    fileprivate init(yaml value: Any) {
        switch value {
        case let value as Bool: self = .boolean(value)
        case let value as Int: self = .integer(Int64(value))
        case let value as Double: self = .number(value)
        case let value as String: self = .string(value)
        case let value as [Any]: self = .array(value.map { JSONValue(yaml: $0) })
        case let value as [String: Any]: self = .object(value.mapValues { JSONValue(yaml: $0) })
        default: self = .null
        }
    }
}
