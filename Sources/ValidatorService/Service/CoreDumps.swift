import CProcess
import Foundation

/// Keeps this process' memory, which holds tokens and keys, out of files and out of other processes.
///
/// Not dumpable, the kernel writes no core file after a crash and hands none to a handler, and no process of the same
/// user can attach to this one or read its memory or environment (prctl(2), proc(5)); root still can.
package enum CoreDumps {
    /// Forbids them until ``settle(areAllowed:)``; comes before the first secret is read, and so before it is known
    /// whether the configuration allows them.
    package static func suspend() {
        // A failure is reported when it matters, by settle.
        _ = process_set_dumpable(0)
    }

    /// Does what the configuration says: allows them, or forbids them for this process and its children for good.
    ///
    /// - Throws: ``ServiceError`` when the system refuses, which only a filter of system calls makes it do.
    package static func settle(areAllowed: Bool) throws(ServiceError) {
        let isDone =
            areAllowed
            ? process_set_dumpable(1) == 0 : process_set_dumpable(0) == 0 && process_forbid_core_files() == 0
        guard !isDone else { return }
        throw ServiceError(
            "Core dumps cannot be switched \(areAllowed ? "on" : "off"): \(String(cString: strerror(errno))). Allow the "
                + "system calls prctl and setrlimit; or set CORE_DUMPS=true, and a crash may write tokens and keys to disk."
        )
    }

    /// Whether a crash may write this process' memory somewhere.
    package static var areAllowed: Bool { process_is_dumpable() != 0 }
}
