internal import Logging
internal import NIOCore

/// The timer and the shutdown.
extension ConnectionPool {
    /// Makes sure that the timer fires at the machine's next deadline.
    ///
    /// It is moved only to an earlier time. Under load the next deadline moves later with every answer, and the timer
    /// fires once in a request timeout, finds little to do and is set anew.
    func rearm() {
        guard let next = self.machine.nextDeadline, next < self.timerDeadline else { return }
        self.timer?.cancel()
        self.timerDeadline = next
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.timerFired() }
    }

    private func timerFired() {
        self.timer = nil
        self.timerDeadline = .distantFuture
        let now = NIODeadline.now()
        while let action = self.machine.timePassed(now: now, jitter: .random(in: 0..<1)) {
            switch action {
            case .failWaiting(let request):
                self.finish(request, .failure(self.lastConnectError ?? .requestTimeout(wasSent: false)))
            case .failInFlight(let request, close: let connection):
                self.connections[connection.slot]?.close()
                self.finish(request, .failure(.requestTimeout(wasSent: true)))
            case .abandonConnect(let connection, failing: let requests):
                let error = ValidationClientError.connectTimeout(to: self.configuration.baseURL)
                self.lastConnectError = error
                self.logger.debug("Connection attempt failed", metadata: LogKey.metadata(of: error))
                self.connections[connection.slot]?.close()
                self.finish(requests, error)
            case .closeIdle(let connection):
                self.connections[connection.slot]?.close()
            }
        }
        self.openWantedConnections(now: now)
        self.rearm()
    }

    /// Takes no further requests and ends those that run, the ones in flight after the grace.
    ///
    /// - Parameter completion: Called when every socket is gone.
    func shutDown(completion: @escaping () -> Void) {
        self.eventLoop.assertInEventLoop()
        let isFirst = !self.machine.isShuttingDown
        self.drained.append(completion)
        if isFirst { self.perform(self.machine.shutDown()) }
        if self.machine.isDrained {
            let drained = self.drained
            self.drained = []
            self.timer?.cancel()
            self.timer = nil
            for callback in drained { callback() }
        } else if isFirst {
            let grace = TimeAmount(self.configuration.shutdownGrace)
            _ = self.eventLoop.assumeIsolated().scheduleTask(in: grace) { self.perform(self.machine.abort()) }
        }
    }

    private func perform(_ action: ConnectionPoolStateMachine.ShutDownAction) {
        for connection in action.closing { self.connections[connection.slot]?.close() }
        self.finish(action.failing, .shutDown())
    }
}
