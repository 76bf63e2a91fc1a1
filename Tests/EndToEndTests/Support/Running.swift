import Foundation
import Synchronization

/// A process that was started, with its output in files, so that no full pipe ever stops it.
///
/// Spawned directly: a test that polls starts thousands of processes, which Foundation's `Process` does not survive.
final class Running: Sendable {
    /// What was started, for messages.
    let name: String
    private let folder: TemporaryFolder
    private let identifier: pid_t
    /// How it ended, once it has been waited for: the exit status, or 128 and the signal.
    private let status = Mutex<Int32?>(nil)

    init(path: String, arguments: [String], environment: [String: String], input: String?) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        self.name = ([(path as NSString).lastPathComponent] + arguments.prefix(2)).joined(separator: " ")
        var variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "NO_COLOR": "1"]
        variables["TMPDIR"] = folder.path
        variables.merge(environment) { _, new in new }
        self.identifier = try Self.spawn(
            [path] + arguments,
            environment: variables.map { "\($0)=\($1)" },
            input: try folder.write(input ?? "", to: "in"),
            output: folder.file("out"),
            errors: folder.file("err")
        )
    }

    deinit {
        self.end()
    }

    private static func spawn(
        _ arguments: [String],
        environment: [String],
        input: String,
        output: String,
        errors: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // Threads of a test block signals, which a child would inherit and then never hear SIGTERM.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var identifier: pid_t = 0
        let result = posix_spawn(
            &identifier,
            arguments[0],
            &actions,
            &attributes,
            argumentPointers,
            environmentPointers
        )
        guard result == 0 else {
            throw Failure("\(arguments[0]) cannot be started: \(String(cString: strerror(result)))")
        }
        return identifier
    }

    /// How it ended; `nil` while it runs.
    private func poll(_ options: Int32) -> Int32? {
        self.status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(self.identifier, &raw, options) == self.identifier else { return nil }
            status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
            return status
        }
    }

    var output: String { String(decoding: self.outputBytes, as: UTF8.self) }
    var errors: String { String(decoding: self.bytes("err"), as: UTF8.self) }
    var outputBytes: Data { self.bytes("out") }
    var isRunning: Bool { self.poll(WNOHANG) == nil }

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
        let bytes = FileManager.default.contents(atPath: "/proc/\(self.identifier)/\(name)") ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    func send(_ signal: Int32) {
        // Only a process that has not been waited for surely still owns its number.
        self.status.withLock { if $0 == nil { kill(self.identifier, signal) } }
    }

    /// The memory it has now, `VmRSS` of `/proc/PID/status`, in KiB.
    func residentKibibytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(self.identifier)/status", encoding: .utf8)
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
            self.poll(WNOHANG)
        }
    }

    /// Ends it at once, if it still runs.
    func end() {
        self.send(SIGKILL)
        _ = self.poll(0)
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
