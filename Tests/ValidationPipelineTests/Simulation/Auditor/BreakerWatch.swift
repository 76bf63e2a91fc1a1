/// Whether calls to something that only fails are left off but for single probes.
struct BreakerWatch {
    private let failuresToOpen: Int
    /// Failures in a row of calls that began after the last success was known.
    private var failures = 0
    private var lastSuccess = -1
    private var probes: Set<Int> = []

    init(failuresToOpen: Int) {
        self.failuresToOpen = failuresToOpen
    }

    /// - Parameter call: numbers calls in their order.
    /// - Returns: false when the call should not have been made.
    mutating func began(_ call: Int) -> Bool {
        guard self.failures >= self.failuresToOpen else { return true }
        self.probes.insert(call)
        return self.probes.count == 1
    }

    /// - Parameter isSuccess: `nil` when the call says nothing.
    mutating func ended(_ call: Int, isSuccess: Bool?, lastCall: Int) {
        self.probes.remove(call)
        switch isSuccess {
        case true?:
            self.failures = 0
            self.lastSuccess = lastCall
        case false? where call > self.lastSuccess: self.failures += 1
        case false?, nil: break
        }
    }
}
