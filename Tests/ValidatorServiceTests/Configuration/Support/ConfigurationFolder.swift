import Foundation
import Testing

@testable import ValidatorService

/// A folder for the files of one test, removed with it.
final class ConfigurationFolder: Sendable {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent("configuration-\(UUID())").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// Writes a file and gives its path.
    func file(_ name: String, _ text: String, mode: Int = 0o600) -> String {
        self.file(name, bytes: Data(text.utf8), mode: mode)
    }

    func file(_ name: String, bytes: Data, mode: Int = 0o600) -> String {
        let path = "\(self.path)/\(name)"
        let isMade = FileManager.default.createFile(
            atPath: path,
            contents: bytes,
            attributes: [.posixPermissions: mode]
        )
        #expect(isMade)
        return path
    }
}

extension ServiceConfiguration {
    /// Loads without anything being required, unless asked for.
    static func loading(
        file: String? = nil,
        environment: [String: String] = [:],
        flags: [String: String] = [:],
        needs: Needs = []
    ) throws -> ServiceConfiguration {
        try Self.load(file: file, environment: environment, flags: flags, needs: needs)
    }

    /// The error of a load that must fail.
    static func failing(
        file: String? = nil,
        environment: [String: String] = [:],
        flags: [String: String] = [:],
        needs: Needs = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ConfigurationError {
        try #require(throws: ConfigurationError.self, sourceLocation: sourceLocation) {
            try Self.load(file: file, environment: environment, flags: flags, needs: needs)
        }
    }

    func effectiveValue(_ name: String) -> EffectiveValue? {
        self.effectiveValues().first { $0.environmentName == name }
    }
}
