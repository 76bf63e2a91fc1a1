import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where log lines go: a file descriptor, one `write(2)` a line.
///
/// Shared by all handlers of a process. The lock keeps lines of different threads whole, also those longer than a pipe
/// takes at once. A line that cannot be written is lost: logging never stops the service, and never ends it.
package final class LogOutput: Sendable {
    private let descriptor: Int32
    private let lock = Mutex<Void>(())

    /// Interrupted writes and full pipes are tried again this often, then the rest of the line is given up.
    static let maximumAttempts = 16
    /// How long a full pipe is waited for at each attempt, in milliseconds.
    static let fullPipeWait: Int32 = 50

    package static let standardError = LogOutput(descriptor: STDERR_FILENO)

    /// - Parameter descriptor: stays the caller's; must be open as long as anything is logged.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    var isTerminal: Bool { isatty(self.descriptor) == 1 }

    /// Writes the line and an end of line. Any thread; blocks while the descriptor does.
    func write(line: String) {
        var line = line
        line.append("\n")
        self.lock.withLock { _ in
            line.withUTF8 { self.write($0) }
        }
    }

    private func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        var position = 0
        var attempts = 0
        while position < bytes.count, attempts < Self.maximumAttempts {
            #if canImport(Glibc)
            let written = Glibc.write(self.descriptor, start + position, bytes.count - position)
            #else
            let written = Musl.write(self.descriptor, start + position, bytes.count - position)
            #endif
            if written > 0 {
                position += written
                continue
            }
            attempts += 1
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var interest = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&interest, 1, Self.fullPipeWait)
            default: return
            }
        }
    }
}
