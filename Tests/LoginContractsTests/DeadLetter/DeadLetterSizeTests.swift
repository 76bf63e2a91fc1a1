import LoginContracts
import Testing

/// A dead letter of a record that is itself as large as can be.
@Suite struct DeadLetterSizeTests {
    static let encoder = DeadLetterEncoder(groupID: "group", instanceID: "instance")
    static let maximumBytes = 10_000

    struct Sizes: Sendable {
        var key: Int
        var value: Int
        var header: Int
        /// The header that says what was left out.
        var omitted: String?
    }

    @Test(arguments: [
        Sizes(key: 10, value: 8000, header: 10, omitted: nil),
        Sizes(key: 10, value: 9990, header: 10, omitted: "value"),
        Sizes(key: 10, value: 10, header: 9990, omitted: "value,headers"),
        Sizes(key: 9990, value: 10, header: 10, omitted: "value,headers,key"),
        Sizes(key: 20_000, value: 20_000, header: 20_000, omitted: "value,headers,key"),
    ])
    func largeRecordLosesWhatDoesNotFit(sizes: Sizes) throws {
        let original = SourceRecord(
            partition: SourcePartition(topic: "login.events", partition: 3),
            offset: 7,
            timestamp: Timestamp(1000),
            key: Array(repeating: 1, count: sizes.key),
            value: Array(repeating: 2, count: sizes.value),
            headers: [.init(name: "h", value: Array(repeating: 3, count: sizes.header))]
        )
        let letter = DeadLetter(record: original, disposition: .malformed, message: "value: is too large")
        let encoded = Self.encoder.encode(letter, maximumBytes: Self.maximumBytes)
        let names = encoded.headers.map(\.name)
        let size = encoded.headers.reduce((encoded.key?.count ?? 0) + (encoded.value?.count ?? 0)) {
            $0 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
        #expect(size <= Self.maximumBytes)
        let omitted = sizes.omitted?.split(separator: ",") ?? []
        #expect(encoded.value == (omitted.contains("value") ? nil : original.value))
        #expect(encoded.key == (omitted.contains("key") ? nil : original.key))
        #expect(names.contains("h") == !omitted.contains("headers"))
        let header = encoded.headers.filter { $0.name == DeadLetterEncoder.omittedHeader }
        #expect(header.map(\.value) == (sizes.omitted.map { [Array($0.utf8)] } ?? []))
        #expect(encoded.headers.contains(.init("__connect.errors.offset", "7")))
        #expect(names.count == Set(names).count)
    }
}
