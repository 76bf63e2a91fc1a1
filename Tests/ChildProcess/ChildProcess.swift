package import Foundation
import Synchronization

/// A program that a test has started, with its output in files, so that no full pipe ever stops it.
///
/// Spawned directly. Foundation's `Process` looks for the highest open descriptor in `/proc/self/fd` and reads each entry of
/// that folder as if it were as long as an entry can be: with some thousand descriptors open it reads behind its buffer, and
/// now and then that ends the whole test run.
package final class ChildProcess: Sendable {
    package let identifier: pid_t
    /// How it ended, once it has been waited for: the exit status, or 128 and the signal.
    private let status = Mutex<Int32?>(nil)

    package struct CannotStart: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameters:
    ///   - arguments: the program's path first.
    ///   - environment: all variables that it gets.
    ///   - input, output, errors: paths of files; outputs are made or emptied.
    package init(
        _ arguments: [String],
        environment: [String: String],
        input: String = "/dev/null",
        output: String = "/dev/null",
        errors: String = "/dev/null"
    ) throws {
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
        let environmentPointers = environment.map { strdup("\($0)=\($1)") } + [nil]
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
            throw CannotStart(
                description: "\(arguments[0]) cannot be started: \(String(cString: strerror(result)))"
            )
        }
        self.identifier = identifier
    }

    deinit {
        self.end()
    }

    /// How it ended; `nil` while it runs.
    package var exitStatus: Int32? { self.poll(WNOHANG) }
    package var isRunning: Bool { self.exitStatus == nil }

    /// Waits for it.
    @discardableResult
    package func waitUntilExit() -> Int32 { self.poll(0) ?? -1 }

    package func send(_ signal: Int32) {
        // Only a process that has not been waited for surely still owns its number.
        self.status.withLock { if $0 == nil { kill(self.identifier, signal) } }
    }

    /// Ends it at once, if it still runs.
    package func end() {
        self.send(SIGKILL)
        self.waitUntilExit()
    }

    private func poll(_ options: Int32) -> Int32? {
        self.status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(self.identifier, &raw, options) == self.identifier else { return nil }
            status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
            return status
        }
    }
}
