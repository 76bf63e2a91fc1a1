import Testing

@testable import LoginContracts
@testable import LoginValidatorCommands
@testable import ValidatorService

@Suite struct DeadLetterDocumentTests {
    static func row(_ value: String, disposition: DeadLetter.Disposition? = .malformed) -> DeadLetterPage.Row {
        let event = SourceRecord(
            partition: SourcePartition(topic: "login.events", partition: 3),
            offset: 1042,
            timestamp: Timestamp(1_769_819_400_000),
            key: Array("p-7".utf8),
            value: Array(value.utf8)
        )
        let letter = StoredDeadLetter(
            place: SourcePartition(topic: "letters", partition: 0),
            offset: 17,
            timestamp: event.timestamp,
            disposition: disposition,
            origin: .init(partition: event.partition, offset: event.offset, timestamp: event.timestamp),
            message: "kgAppId: is missing",
            groupID: "g",
            instanceID: "i",
            failures: 2,
            replays: 1,
            replayedFrom: "c/letters/0/3",
            omitted: [],
            problems: [],
            event: event
        )
        return .init(letter: letter, login: LoginPreview(of: event, decoder: LoginEventDecoder()))
    }

    static let values = [
        #"{"kgAppId":"900100","accessToken":"fake-token-1","platform":"pc","playerId":"7"}"#,
        #"{"kgAppId":"900100","accessToken":"fake-token-1"}"#, #"{"accessToken":"fake-token-1"#, "fake-token-1",
        "fake-token-1\u{1B}[2J\n", "=fake-token-1,",
    ]

    @Test(arguments: OutputFormat.allCases) func noFormatShowsATokenOrMovesTheCursor(_ format: OutputFormat) throws {
        let text = try DeadLetterWriter.text(Self.values.map { Self.row($0) }, format: format)
        #expect(!text.contains("fake") && !text.contains("\u{1B}"))
        #expect(text.contains("malformed") && text.contains("kgAppId: is missing") && text.contains("login.events"))
    }

    @Test func strangersMessageIsMasked() throws {
        let text = try DeadLetterWriter.text([Self.row("x", disposition: nil)], format: .json)
        #expect(text.contains("<19 bytes>") && !text.contains("is missing"))
    }

    @Test func everyFieldHasAColumn() {
        #expect(DeadLetterDocument(Self.row("x")).fields.map(\.name) == DeadLetterDocument.fieldNames)
    }

    @Test func emptyPageIsStillADocument() throws {
        #expect(try DeadLetterWriter.text([], format: .json) == "[]\n")
        #expect(try DeadLetterWriter.text([], format: .ndjson) == "")
        #expect(try DeadLetterWriter.text([], format: .csv).hasPrefix("partition,offset,"))
    }
}
