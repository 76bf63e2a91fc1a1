import Foundation

/// Says which seed was running when the engine itself traps: that ends the process, and no test could say it any more.
enum SimulationTrap {
    /// Written before a run and read by the signal handler; simulations run one at a time.
    nonisolated(unsafe) private static let message = UnsafeMutablePointer<CChar>.allocate(capacity: 256)

    static func watch(seed: UInt64) {
        let text = "\nThe engine trapped. Replay with: ops/simulate --seed \(seed)\n"
        _ = text.withCString { strncpy(self.message, $0, 255) }
        self.message[255] = 0
        for trap in [SIGILL, SIGTRAP] {
            signal(trap) { received in
                // Only what POSIX allows in a handler; then the signal does what it does by itself.
                _ = write(STDERR_FILENO, SimulationTrap.message, strlen(SimulationTrap.message))
                signal(received, SIG_DFL)
            }
        }
    }
}
