import NIOCore

@testable import PlatformClient

typealias Machine = ConnectionPoolStateMachine

extension Machine {
    init(maximumConnections: Int = 2, maximumWaiters: Int = 3, age: TimeAmount? = nil) {
        self.init(
            limits: Limits(
                maximumConnections: maximumConnections,
                maximumWaiters: maximumWaiters,
                requestTimeout: .seconds(7),
                connectTimeout: .seconds(3),
                idleTimeout: .seconds(50),
                maximumConnectionAge: age,
                initialBackoff: .milliseconds(100),
                maximumBackoff: .seconds(1)
            )
        )
    }

    /// A request that finds no connection, and the connection opened for it.
    mutating func submitAndConnect(_ now: NIODeadline) -> (RequestID, ConnectionID) {
        guard case .wait(let request) = self.submit(now: now), let connection = self.connectionWanted(now: now) else {
            fatalError("The request should wait for a connection")
        }
        return (request, connection)
    }

    /// An idle connection that has brought an answer.
    mutating func usedIdleConnection(_ now: NIODeadline) -> ConnectionID {
        let (_, connection) = self.submitAndConnect(now)
        guard case .send = self.connected(connection, now: now),
            self.answered(connection, isReusable: true, now: now) == .keepIdle
        else { fatalError("The connection should be idle") }
        return connection
    }
}

/// An instant of the manual clock.
func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(UInt64(milliseconds) * 1_000_000) }
