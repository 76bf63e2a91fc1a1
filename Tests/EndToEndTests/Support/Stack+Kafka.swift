import Foundation

extension Stack {
    /// Waits for a topic that the broker makes when it is first asked for.
    func waitForTopic(_ topic: String) async throws {
        try await eventually("the topic \(topic)", every: .milliseconds(100)) {
            let text = try await Tool.run("kcat", ["-b", self.bootstrapServers, "-L", "-t", topic])
            return text.contains("partition 0, leader") && !text.contains("leader -1")
        }
    }

    /// Produces one record with `kcat`.
    func produce(key: String?, value: String, headers: [String] = []) async throws {
        var arguments = self.producing
        if let key { arguments += ["-k", key] }
        for header in headers { arguments += ["-H", header] }
        // One file without -l: the whole file is one record, whatever is in it.
        let file = try self.folder.write(value, to: "record-\(UUID().uuidString)")
        _ = try await Tool.run("kcat", arguments + [file])
    }

    /// Produces lines of `key|value` with `kcat`.
    func produce(lines: [String]) async throws {
        let text = lines.map { $0 + "\n" }.joined()
        let file = try self.folder.write(text, to: "lines-\(UUID().uuidString)")
        _ = try await Tool.run("kcat", self.producing + ["-K", "|", "-l", file])
    }

    /// Produces records of any bytes with `kcat`, in this order within a partition.
    func produce(
        records: [(key: [UInt8], value: [UInt8])],
        arguments: [String] = [],
        hasKeys: Bool = true
    ) async throws {
        var bytes: [UInt8] = []
        for record in records {
            if hasKeys { bytes += record.key + Array("@key@".utf8) }
            bytes += record.value + Array("@end@".utf8)
        }
        let path = self.folder.file("records-\(UUID().uuidString)")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let keys = hasKeys ? ["-K", "@key@"] : []
        _ = try await Tool.run("kcat", self.producing + arguments + keys + ["-D", "@end@", "-l", path])
    }

    private var producing: [String] {
        [
            "-b", self.bootstrapServers, "-P", "-t", self.names.events, "-X", "topic.partitioner=murmur2_random",
            "-X", "message.max.bytes=1048527",
        ]
    }

    private func consuming(_ topic: String) -> [String] {
        [
            "-b", self.bootstrapServers, "-C", "-t", topic, "-e", "-q", "-o", "beginning", "-X",
            "isolation.level=read_committed", "-X", "fetch.wait.max.ms=10",
        ]
    }

    /// Everything a reader of committed records sees in a topic, oldest first within a partition.
    func read(_ topic: String) async throws -> [PublishedRecord] {
        let text = try await Tool.run("kcat", self.consuming(topic) + ["-J"])
        return try text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONDecoder().decode(PublishedRecord.self, from: Data(line))
        }
    }

    /// The same, with every byte of keys and values as it is.
    func readBytes(_ topic: String) async throws -> [RawRecord] {
        let format = #"%p %o %K %S\n%k%s%h\x1e|end|\x1e"#
        let bytes = try await Tool.bytes("kcat", self.consuming(topic) + ["-f", format])
        return try RawRecord.parse(Array(bytes))
    }
}

/// A record as `kcat -J` prints it.
struct PublishedRecord: Decodable {
    var partition: Int
    var offset: Int
    var headers: [String]?
    var key: String?
    var payload: String?

    /// The value of a header; kcat prints names and values in turn.
    func header(_ name: String) -> String? {
        guard let headers, let index = headers.indices.first(where: { $0 % 2 == 0 && headers[$0] == name }) else {
            return nil
        }
        return headers[index + 1]
    }

    /// The payload as a JSON object.
    func document() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data((self.payload ?? "").utf8)) as? [String: Any] ?? [:]
    }
}

/// A record with its bytes.
struct RawRecord {
    var place: Place
    var key: [UInt8]?
    var value: [UInt8]?
    /// As kcat prints them: `name=value,name=value`.
    var headers: String

    struct Place: Hashable {
        var partition: Int
        var offset: Int
    }

    /// Reads kcat's output: a line with partition, offset and lengths (-1 is none), then key, value, headers, trailer.
    static func parse(_ bytes: [UInt8]) throws -> [RawRecord] {
        let trailer = Array("\u{1e}|end|\u{1e}".utf8)
        var records: [RawRecord] = []
        var position = 0
        while position < bytes.count {
            guard let lineEnd = bytes[position...].firstIndex(of: 0x0A) else { throw Failure("No head") }
            let numbers = String(decoding: bytes[position..<lineEnd], as: UTF8.self).split(separator: " ")
                .compactMap { Int($0) }
            guard numbers.count == 4 else { throw Failure("Not a head: \(numbers)") }
            let keyEnd = lineEnd + 1 + max(0, numbers[2])
            let valueEnd = keyEnd + max(0, numbers[3])
            var end = valueEnd
            while end + trailer.count <= bytes.count, bytes[end] != trailer[0] { end += 1 }
            guard end + trailer.count <= bytes.count else { throw Failure("No trailer") }
            records.append(
                RawRecord(
                    place: Place(partition: numbers[0], offset: numbers[1]),
                    key: numbers[2] < 0 ? nil : Array(bytes[(lineEnd + 1)..<keyEnd]),
                    value: numbers[3] < 0 ? nil : Array(bytes[keyEnd..<valueEnd]),
                    headers: String(decoding: bytes[valueEnd..<end], as: UTF8.self)
                )
            )
            position = end + trailer.count
        }
        return records
    }
}
