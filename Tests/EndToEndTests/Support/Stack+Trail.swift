import Foundation

extension Stack {
    /// Rows of a query in the `sqlite3` shell.
    func rows(_ sql: String, of trail: String? = nil) async throws -> [[String: Any]] {
        let text = try await self.shell("-json", sql, of: trail)
        guard !text.isEmpty else { return [] }
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    /// Every decision, by index.
    func decisions() async throws -> [DecisionRow] {
        let text = try await self.shell("-json", "SELECT * FROM decisions ORDER BY \"index\"")
        guard !text.isEmpty else { return [] }
        return try JSONDecoder().decode([DecisionRow].self, from: Data(text.utf8))
    }

    /// One number of a query in the `sqlite3` shell; nil while there is no trail.
    func count(_ sql: String) async throws -> Int? {
        Int(try await self.shell("-list", sql).trimmingCharacters(in: .newlines))
    }

    private func shell(_ mode: String, _ sql: String, of trail: String? = nil) async throws -> String {
        let trail = trail ?? self.trail
        guard FileManager.default.fileExists(atPath: trail) else { return "" }
        return try await Tool.run("sqlite3", ["-readonly", "-cmd", ".timeout 5000", mode, trail, sql])
    }

    /// Waits until that many logins are decided and delivered.
    func waitForDecisions(_ expected: Int, within limit: Duration = .seconds(60)) async throws {
        var last: Int?
        do {
            try await eventually("\(expected) delivered decisions", within: limit, every: .milliseconds(50)) {
                // While the schema is being made there is no view yet.
                last = try? await self.count("SELECT count(*) FROM decisions WHERE delivery = 'committed'")
                return (last ?? 0) >= expected
            }
        } catch {
            let sql = """
                SELECT delivery, topic, partition, count(*) AS entries, min("offset") AS first_offset,
                    max("offset") AS last_offset, min("index") AS first_index, max("index") AS last_index
                FROM decisions GROUP BY delivery, topic, partition
                """
            let found = (try? await self.shell("-table", sql)) ?? ""
            throw Failure("\(error); there are \(last ?? 0):\n\(found)")
        }
    }

    /// The files of the trail that hold any of these texts.
    func trailFiles(holding needles: [String]) -> [String] {
        ["", "-wal", "-shm"].flatMap { suffix -> [String] in
            guard let bytes = FileManager.default.contents(atPath: self.trail + suffix) else { return [] }
            return needles.filter { bytes.range(of: Data($0.utf8)) != nil }.map { "\($0) in audit.db\(suffix)" }
        }
    }
}

/// A row of the view `decisions`.
struct DecisionRow: Decodable {
    var index: Int
    var recorded_at: String
    var decision: String
    var reason: String?
    var kg_app_id: String?
    var player_id: String?
    var session_id: String?
    var event_id: String?
    var http_status: Int?
    var message: String?
    var attempts: Int
    var delivery: String
    var partition: Int
    var offset: Int
}
