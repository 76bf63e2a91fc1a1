import LoginContracts
import NIOCore
import ValidationPipeline

extension Moment {
    /// By the clock that event loops schedule with, and this host's wall clock. Any thread.
    static var now: Moment {
        Moment(
            monotonic: .nanoseconds(Int64(clamping: NIODeadline.now().uptimeNanoseconds)),
            wall: .now
        )
    }
}
