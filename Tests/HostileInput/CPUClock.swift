#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The time that the calling thread has computed for, which a busy machine does not prolong.
package enum CPUClock {
    package static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package static func measure<Value>(_ work: () throws -> Value) rethrows -> (value: Value, time: Duration) {
        let start = self.now
        let value = try work()
        return (value, self.now - start)
    }
}
