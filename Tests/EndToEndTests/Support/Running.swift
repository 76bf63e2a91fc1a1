import Foundation

/// A process that was started, with its output in files, so that no full pipe ever stops it.
final class Running: @unchecked Sendable {
    // Sound: `Process` is started once here and afterwards only asked and signalled, which any thread may do.
    private let process = Process()
    private let folder: TemporaryFolder

    init(path: String, arguments: [String], environment: [String: String], input: String?) throws {
        self.folder = try TemporaryFolder()
        for name in ["out", "err"] { FileManager.default.createFile(atPath: self.folder.file(name), contents: nil) }
        self.process.executableURL = URL(fileURLWithPath: path)
        self.process.arguments = arguments
        var variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "NO_COLOR": "1"]
        variables["TMPDIR"] = self.folder.path
        variables.merge(environment) { _, new in new }
        self.process.environment = variables
        self.process.standardOutput = FileHandle(forWritingAtPath: self.folder.file("out"))
        self.process.standardError = FileHandle(forWritingAtPath: self.folder.file("err"))
        let inputPath = self.folder.file("in")
        FileManager.default.createFile(atPath: inputPath, contents: Data((input ?? "").utf8))
        self.process.standardInput = FileHandle(forReadingAtPath: inputPath)
        try self.process.run()
    }

    deinit {
        if self.process.isRunning { kill(self.process.processIdentifier, SIGKILL) }
    }

    var identifier: Int32 { self.process.processIdentifier }
    var output: String { self.text("out") }
    var errors: String { self.text("err") }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: self.folder.file(name)) ?? Data(), as: UTF8.self)
    }

    /// The first line of stdout.
    func firstLine(within limit: Duration = .seconds(30)) async throws -> String {
        try await eventually("a first line of output", within: limit) {
            if !self.process.isRunning, !self.output.contains("\n") { throw Failure("It ended: \(self.errors)") }
            let output = self.output
            return output.contains("\n") ? output.split(separator: "\n").first.map(String.init) : nil
        }
    }

    /// Waits until stderr holds a text.
    func waitForLog(_ text: String, within limit: Duration = .seconds(30)) async throws {
        _ = try await eventually("\"\(text)\" in the log", within: limit) { () -> Bool? in
            if self.errors.contains(text) { return true }
            if !self.process.isRunning { throw Failure("It ended: \(self.errors)") }
            return nil
        }
    }

    func send(_ signal: Int32) {
        kill(self.process.processIdentifier, signal)
    }

    /// Ends it at once, as a crash does.
    func crash() async throws {
        self.send(SIGKILL)
        _ = try await self.waitForExit(within: .seconds(10))
    }

    @discardableResult
    func waitForExit(within limit: Duration) async throws -> Int32 {
        try await eventually("the end of the process", within: limit) {
            self.process.isRunning ? nil : self.process.terminationStatus
        }
    }
}

/// Asks again until there is an answer; the limit only bounds how long a broken program is waited for.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ ask: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else { throw Failure("Waited \(limit) in vain for \(what)") }
        try await Task.sleep(for: .milliseconds(25))
    }
}

/// A folder that is removed with this object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        self.path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("login-validator-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    func file(_ name: String) -> String { self.path + "/" + name }
}
