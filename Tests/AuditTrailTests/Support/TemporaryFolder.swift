import Foundation
import Logging

@testable import AuditTrail

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-trail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        self.path = folder.path
    }

    /// With these files, by name.
    convenience init(holding files: [String: Data]) throws {
        try self.init()
        for (name, data) in files { try data.write(to: URL(fileURLWithPath: self.path + "/" + name)) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    var database: String { self.path + "/audit.db" }

    /// The content of every file in the folder, by name.
    func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: self.path) {
            contents[name] = try Data(contentsOf: URL(fileURLWithPath: self.path + "/" + name))
        }
        return contents
    }
}

extension TrailWriter {
    /// Opens the folder's trail without anybody listening to its log.
    convenience init(
        _ folder: TemporaryFolder,
        options: WritingConnection.Options = WritingConnection.Options()
    ) throws(TrailError) {
        try self.init(path: folder.database, logger: .silent, options: options)
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
