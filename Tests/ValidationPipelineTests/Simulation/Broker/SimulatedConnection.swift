/// The way from a process to the broker: calls are lost before or after they took effect, come late, or come through.
///
/// What is on its way does not know whether its process still lives.
struct SimulatedConnection {
    unowned let world: SimulatedWorld
    unowned let instance: SimulatedInstance

    typealias Failure = SimulatedBroker.Failure

    private enum Fate {
        case done
        case requestLost
        case answerLost
        case late(Duration)
    }

    private func fate(mayBeLate: Bool) -> Fate {
        let isOut = self.world.isBrokerOut
        guard isOut || self.world.random.chance(self.world.faultRates.brokerCallFails) else { return .done }
        switch self.world.random.int(0...9) {
        case 0...(isOut ? 6 : 2): return .requestLost
        case 7...8 where !mayBeLate: return .requestLost
        case 7: return .late(self.world.random.milliseconds(100...5000))
        case 8: return .late(self.world.random.milliseconds(1000...90_000))
        default: return .answerLost
        }
    }

    /// One call.
    ///
    /// - Parameter mayBeLate: false where the library keeps its calls in order.
    func call<Success>(
        mayBeLate: Bool = true,
        _ effect: @escaping () -> Result<Success, Failure>,
        then answered: @escaping (Result<Success, Failure>) -> Void
    ) {
        let timeout = self.world.random.milliseconds(500...10_000)
        var delay: Duration? = self.world.random.milliseconds(1...30)
        var isAnswered = true
        switch self.fate(mayBeLate: mayBeLate) {
        case .done: break
        case .requestLost: delay = nil
        case .answerLost: isAnswered = false
        case .late(let late): delay = late
        }
        if let delay {
            let inTime = isAnswered && delay < timeout
            self.deliver(effect, after: delay) { if inTime { answered($0) } }
            if inTime { return }
        }
        self.instance.after(timeout) { answered(.failure(.timedOut)) }
    }

    private func deliver<Success>(
        _ effect: @escaping () -> Result<Success, Failure>,
        after delay: Duration,
        then answered: @escaping (Result<Success, Failure>) -> Void
    ) {
        let (world, instance, life) = (self.world, self.instance, self.instance.life)
        world.after(delay) {
            let result = effect()
            guard instance.life == life else { return }
            instance.after(world.random.milliseconds(1...10)) { answered(result) }
        }
    }

    /// The same call again while its failure says so, at most for `limit`.
    func retrying<Success>(
        for limit: Duration,
        _ effect: @escaping () -> Result<Success, Failure>,
        then answered: @escaping (Result<Success, Failure>) -> Void
    ) {
        let deadline = self.world.now + limit
        self.call(effect) { [self] result in
            if case .failure(let failure) = result, failure.isRetriable, self.world.now < deadline {
                self.instance.after(self.world.random.milliseconds(10...200)) {
                    self.retrying(for: deadline - self.world.now, effect, then: answered)
                }
            } else {
                answered(result)
            }
        }
    }
}
