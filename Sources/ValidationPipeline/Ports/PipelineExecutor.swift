/// The thread that the engine lives on: an event loop in the service, a hand-cranked queue in tests.
///
/// Work runs one piece at a time, in the order it was handed over.
package protocol PipelineExecutor: Sendable {
    /// Where ``ValidationEngine`` is isolated; work given to ``execute(_:)`` runs on it.
    var serialExecutor: any SerialExecutor { get }

    /// Runs `work` soon. Any thread may call it.
    func execute(_ work: @escaping @Sendable () -> Void)

    /// Runs `work` when ``now`` has reached `deadline`. Only the executor itself calls it.
    func schedule(at deadline: Duration, _ work: @escaping @Sendable () -> Void)

    /// The time. Only the executor itself calls it.
    var now: Moment { get }
}

/// A thread for the calls that block: the trail's and Kafka's. One piece of work at a time, in order.
package protocol BlockingExecutor: Sendable {
    func run(_ work: @escaping @Sendable () -> Void)
}
