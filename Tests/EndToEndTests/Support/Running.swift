import ChildProcess
import Foundation

/// A process that was started, with a folder of its own for its output.
final class Running: Sendable {
    /// What was started, for messages.
    let name: String
    private let folder: TemporaryFolder
    private let process: ChildProcess

    init(path: String, arguments: [String], environment: [String: String], input: String?) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        self.name = ([(path as NSString).lastPathComponent] + arguments.prefix(2)).joined(separator: " ")
        var variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "NO_COLOR": "1"]
        variables["TMPDIR"] = folder.path
        variables.merge(environment) { _, new in new }
        self.process = try ChildProcess(
            [path] + arguments,
            environment: variables,
            input: try folder.write(input ?? "", to: "in"),
            output: folder.file("out"),
            errors: folder.file("err")
        )
    }

    var output: String { String(decoding: self.outputBytes, as: UTF8.self) }
    var errors: String { String(decoding: self.bytes("err"), as: UTF8.self) }
    var outputBytes: Data { self.bytes("out") }
    var isRunning: Bool { self.process.isRunning }

    private func bytes(_ name: String) -> Data {
        FileManager.default.contents(atPath: self.folder.file(name)) ?? Data()
    }

    /// The first line of stdout.
    func firstLine(within limit: Duration = .seconds(30)) async throws -> String {
        try await eventually("a first line of output", within: limit) {
            let isRunning = self.isRunning
            let output = self.output
            if output.contains("\n") { return output.split(separator: "\n").first.map(String.init) }
            if !isRunning { throw Failure("\(self.name) ended: \(self.errors)") }
            return nil
        }
    }

    /// Waits until stderr holds a text.
    func waitForLog(_ text: String, within limit: Duration = .seconds(30)) async throws {
        try await eventually("\"\(text)\" in the log", within: limit) {
            let isRunning = self.isRunning
            if self.errors.contains(text) { return true }
            if !isRunning { throw Failure("\(self.name) ended: \(self.errors)") }
            return false
        }
    }

    /// A file of `/proc` about this process while it runs, or empty.
    func procFile(_ name: String) -> String {
        let bytes = FileManager.default.contents(atPath: "/proc/\(self.process.identifier)/\(name)") ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    func send(_ signal: Int32) {
        self.process.send(signal)
    }

    /// The memory it has now, `VmRSS` of `/proc/PID/status`, in KiB.
    func residentKibibytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(self.process.identifier)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure("\(self.name) has no memory")
        }
        return kibibytes
    }

    /// Ends it at once, as a crash does.
    func crash() async throws {
        self.send(SIGKILL)
        _ = try await self.waitForExit(within: .seconds(10))
    }

    /// Stops it as an operator does, and waits for it.
    @discardableResult
    func terminate(within limit: Duration = .seconds(45)) async throws -> Int32 {
        self.send(SIGTERM)
        return try await self.waitForExit(within: limit)
    }

    @discardableResult
    func waitForExit(within limit: Duration) async throws -> Int32 {
        try await eventually("the end of \(self.name)", within: limit) {
            self.process.exitStatus
        }
    }

    /// Ends it at once, if it still runs.
    func end() {
        self.process.end()
    }
}

/// Asks again until there is an answer; the limit only bounds how long a broken program is waited for.
func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(30),
    every interval: Duration = .milliseconds(25),
    _ ask: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else { throw Failure("Waited \(limit) in vain for \(what)") }
        try await Task.sleep(for: interval)
    }
}

/// The same for a condition.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(30),
    every interval: Duration = .milliseconds(25),
    _ holds: () async throws -> Bool
) async throws {
    let _: Bool = try await eventually(what, within: limit, every: interval) { try await holds() ? true : nil }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
