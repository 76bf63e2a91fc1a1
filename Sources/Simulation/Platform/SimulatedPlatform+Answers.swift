import HTTPTypes
import Synchronization

extension SimulatedPlatform {
    /// Decides what a request for the validation path gets, and counts it.
    ///
    /// The order is the platform's: its own state, then the request's form, then our credentials, then the token.
    func answer(to head: HTTPRequest) -> PlatformAnswer {
        let request = Result { () throws(PlatformRefusal) in try PlatformRequest(headers: head.headerFields) }
        return self.state.withLock { state in
            state.ledger.begin()
            if case .success(let request) = request { state.ledger.count(token: request.accessToken) }
            var delay = self.configuration.latency?.sample(using: &state.random) ?? .zero
            switch state.control.mode {
            case .normal: break
            case .slow: delay += .milliseconds(state.control.delayMilliseconds)
            case .maintenance: return .isUnderMaintenance.delayed(by: delay)
            case .down: return .none(.closed)
            case .wrongCredentials: return .credentialsAreWrong.delayed(by: delay)
            case .failing:
                if state.random.chance(state.control.failureRate) {
                    state.failures += 1
                    let answer: PlatformAnswer = state.failures % 2 == 1 ? .hasFailed : .isUnavailable
                    return answer.delayed(by: delay)
                }
            }
            return self.answer(to: request, state: &state).delayed(by: delay)
        }
    }

    private func answer(to request: Result<PlatformRequest, PlatformRefusal>, state: inout State) -> PlatformAnswer {
        switch request {
        case .failure(let refusal):
            return .refusal(refusal)
        case .success(let request):
            guard self.configuration.apps.isEmpty || request.isAuthenticated(by: self.configuration.apps) else {
                return .credentialsAreWrong
            }
            let behaviour = TokenBehaviour(token: request.accessToken)
            return PlatformAnswer(to: request, behaviour: behaviour) { failures in
                state.ledger.failsAgain(token: request.accessToken, failures: failures)
            }
        }
    }

    /// The exchange is over; `status` is `nil` when the client got no complete answer.
    func answered(status: Int?) {
        self.state.withLock { $0.ledger.end(status: status) }
    }
}
