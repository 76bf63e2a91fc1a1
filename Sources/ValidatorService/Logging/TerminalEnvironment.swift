#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the environment says about colours on a terminal.
struct TerminalEnvironment: Hashable, Sendable {
    /// `NO_COLOR`; any value but the empty one forbids colours (no-color.org).
    var noColour: String?
    /// `TERM`; a `dumb` terminal has none.
    var terminal: String?

    var allowsColour: Bool { (self.noColour ?? "").isEmpty && self.terminal != "dumb" }

    /// This process's environment.
    static var current: TerminalEnvironment {
        func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return TerminalEnvironment(noColour: value("NO_COLOR"), terminal: value("TERM"))
    }
}
