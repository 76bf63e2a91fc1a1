import Foundation

extension Stack {
    /// The address of a service's operations endpoint, from its log.
    func operations(of service: Running) async throws -> String {
        try await eventually("the address of the operations endpoint") {
            for line in service.errors.split(separator: "\n") where line.contains("Operations endpoint") {
                let document = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                if let address = Self.text("address", in: document) { return address }
            }
            return nil
        }
    }

    /// A member of a log line, wherever the line keeps its metadata.
    private static func text(_ name: String, in document: [String: Any]?) -> String? {
        guard let document else { return nil }
        if let text = document[name] as? String { return text }
        return document.values.lazy.compactMap { $0 as? [String: Any] }.compactMap { $0[name] as? String }.first
    }

    /// Status and body of a GET to the operations endpoint.
    func get(_ path: String, of address: String) async throws -> (status: Int, body: String) {
        let text = try await Tool.run("curl", ["-s", "-w", "\\n%{http_code}", "http://\(address)\(path)"])
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    /// How often the platform gave each status.
    func answersByStatus() async throws -> [Int: Int] {
        let text = try await Tool.run("curl", ["-s", "\(self.platformURL)/control"])
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let statistics = document?["statistics"] as? [String: Any]
        // Swift encodes a dictionary with numbers as keys as an object of their texts.
        let answers = statistics?["answersByStatus"] as? [String: Int] ?? [:]
        return Dictionary(uniqueKeysWithValues: answers.compactMap { key, count in Int(key).map { ($0, count) } })
    }
}
