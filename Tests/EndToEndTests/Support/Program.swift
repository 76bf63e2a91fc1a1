import Foundation

/// The built program.
enum Program {
    /// Beside the test bundle that is running.
    static let path: String = {
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let beside = bundle.appendingPathComponent("login-validator").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        // `swift test` may run the bundle through a helper of the toolchain: then its argument names the bundle.
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            let folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
            let path = folder.appendingPathComponent("login-validator").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return beside
    }()

    /// Runs to the end and returns what it printed.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> Completed {
        let process = try Self.start(arguments, environment: environment, input: input)
        let status = try await process.waitForExit(within: limit)
        return Completed(status: status, output: process.output, errors: process.errors)
    }

    static func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil
    ) throws -> Running {
        let process = try Running(path: self.path, arguments: arguments, environment: environment, input: input)
        ProcessJournal.current?.add(process)
        return process
    }

    struct Completed {
        var status: Int32
        var output: String
        var errors: String

        /// The output as a JSON value.
        func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(self.output.utf8)) }

        /// The output as JSON objects, one a line.
        func lines() throws -> [[String: Any]] {
            try self.output.split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }
        }
    }
}

/// A tool of the system, such as `kcat`.
enum Tool {
    static func run(
        _ name: String,
        _ arguments: [String],
        input: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> String {
        String(decoding: try await self.bytes(name, arguments, input: input, within: limit), as: UTF8.self)
    }

    static func bytes(
        _ name: String,
        _ arguments: [String],
        input: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> Data {
        let process = try self.start(name, arguments, input: input)
        let status = try await process.waitForExit(within: limit)
        guard status == 0 else { throw Failure("\(name) ended with \(status): \(process.errors)") }
        return process.outputBytes
    }

    static func start(_ name: String, _ arguments: [String], input: String? = nil) throws -> Running {
        guard let path = self.path(name) else { throw Failure("\(name) is not installed") }
        return try Running(path: path, arguments: arguments, environment: [:], input: input)
    }

    private static func path(_ name: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
