import NIOCore
import Testing

@testable import PlatformClient

/// Failing connections, deadlines and the shutdown of the pool's machine.
@Suite struct ConnectionPoolBackoffTests {
    @Test func failureWithoutAnyConnectionFailsAllWaitersAtOnce() {
        var pool = Machine()
        let (first, a) = pool.submitAndConnect(at(0))
        let (second, b) = pool.submitAndConnect(at(0))
        #expect(pool.connectFailed(a, now: at(1), jitter: 1) == [])
        #expect(pool.connectFailed(b, now: at(1), jitter: 1) == [first, second])
    }

    @Test func failureBesideALivingConnectionLeavesTheWaitersWaiting() {
        var pool = Machine()
        let (_, a) = pool.submitAndConnect(at(0))
        _ = pool.connected(a, now: at(1))
        let (second, b) = pool.submitAndConnect(at(2))
        #expect(pool.connectFailed(b, now: at(3), jitter: 1) == [])
        #expect(pool.answered(a, isReusable: true, now: at(4)) == .send(second))
    }

    /// The pause doubles from 100 ms to 1 s, and the random part scales it.
    @Test(arguments: [
        (failures: 1, jitter: 1.0, pause: 100), (failures: 2, jitter: 1.0, pause: 200),
        (failures: 3, jitter: 0.5, pause: 200), (failures: 4, jitter: 1.0, pause: 800),
        (failures: 5, jitter: 1.0, pause: 1000), (failures: 70, jitter: 0.25, pause: 250),
        (failures: 3, jitter: 0.0, pause: 0),
    ])
    func pauseGrowsWithFailures(failures: Int, jitter: Double, pause: Int64) {
        var pool = Machine()
        var now: Int64 = 0
        for failure in 1...failures {
            let (_, connection) = pool.submitAndConnect(at(now))
            _ = pool.connectFailed(connection, now: at(now), jitter: failure == failures ? jitter : 0)
            pool.closed(connection)
        }
        guard case .wait = pool.submit(now: at(now)) else {
            Issue.record("The request should wait")
            return
        }
        if pause > 0 {
            #expect(pool.nextDeadline == at(now + pause))
            #expect(pool.connectionWanted(now: at(now + pause - 1)) == nil)
        }
        now += pause
        #expect(pool.connectionWanted(now: at(now)) != nil)
    }

    @Test func attemptsSideBySideCountAsOneFailure() {
        var pool = Machine()
        let (_, a) = pool.submitAndConnect(at(0))
        let (_, b) = pool.submitAndConnect(at(0))
        _ = pool.connectFailed(a, now: at(1), jitter: 1)
        _ = pool.connectFailed(b, now: at(1), jitter: 1)
        #expect(pool.consecutiveFailures == 1)
    }

    @Test func afterAFailureOneAttemptAtATimeUntilOneSucceeds() {
        var pool = Machine()
        let (_, a) = pool.submitAndConnect(at(0))
        _ = pool.connectFailed(a, now: at(0), jitter: 0)
        pool.closed(a)
        let (first, probe) = pool.submitAndConnect(at(1))
        guard case .wait(let second) = pool.submit(now: at(1)) else {
            Issue.record("The request should wait")
            return
        }
        #expect(pool.connectionWanted(now: at(1)) == nil)
        #expect(pool.connected(probe, now: at(2)) == .send(first))
        let next = pool.connectionWanted(now: at(2))!
        #expect(pool.connected(next, now: at(3)) == .send(second))
    }

    @Test func slowAttemptIsAbandonedAndItsLateSuccessClosed() {
        var pool = Machine()
        let (request, connection) = pool.submitAndConnect(at(0))
        #expect(pool.nextDeadline == at(3000))
        #expect(pool.timePassed(now: at(2999), jitter: 0) == nil)
        #expect(pool.timePassed(now: at(3000), jitter: 0) == .abandonConnect(connection, failing: [request]))
        #expect(pool.timePassed(now: at(3000), jitter: 0) == nil)
        #expect(pool.connected(connection, now: at(3001)) == .close)
        pool.closed(connection)
        #expect(pool.isDrained)
    }

    @Test func overdueRequestInFlightTakesItsConnectionAlong() {
        var pool = Machine()
        let (request, connection) = pool.submitAndConnect(at(0))
        _ = pool.connected(connection, now: at(1))
        #expect(pool.timePassed(now: at(7000), jitter: 0) == .failInFlight(request, close: connection))
        #expect(pool.nextDeadline == nil)
    }

    @Test func idleConnectionsCloseOldestFirst() {
        var pool = Machine()
        let (_, a) = pool.submitAndConnect(at(0))
        let (_, b) = pool.submitAndConnect(at(0))
        _ = pool.connected(a, now: at(0))
        _ = pool.connected(b, now: at(0))
        _ = pool.answered(b, isReusable: true, now: at(100))
        _ = pool.answered(a, isReusable: true, now: at(200))
        #expect(pool.nextDeadline == at(50_100))
        #expect(pool.timePassed(now: at(50_100), jitter: 0) == .closeIdle(b))
        #expect(pool.timePassed(now: at(50_100), jitter: 0) == nil)
        #expect(pool.timePassed(now: at(50_200), jitter: 0) == .closeIdle(a))
    }

    @Test func shutdownFailsWaitersClosesTheIdleAndLetsRequestsInFlightEnd() {
        var pool = Machine(maximumConnections: 3)
        let (_, leased) = pool.submitAndConnect(at(0))
        let (_, idle) = pool.submitAndConnect(at(0))
        _ = pool.connected(leased, now: at(1))
        _ = pool.connected(idle, now: at(1))
        _ = pool.answered(idle, isReusable: true, now: at(2))
        guard case .send(let inFlight, on: _) = pool.submit(now: at(2)) else {
            Issue.record("The idle connection is not used")
            return
        }
        let (waiting, connecting) = pool.submitAndConnect(at(3))
        #expect(pool.shutDown() == .init(failing: [waiting], closing: [connecting]))
        #expect(pool.submit(now: at(4)) == .refuseBecauseShutDown)
        #expect(pool.shutDown() == .init())
        #expect(pool.answered(leased, isReusable: true, now: at(5)) == .close)
        #expect(pool.abort() == .init(failing: [inFlight], closing: [idle]))
        #expect(pool.connectFailed(connecting, now: at(6), jitter: 0) == [])
        for connection in [leased, idle, connecting] { pool.closed(connection) }
        #expect(pool.isDrained)
        #expect(pool.nextDeadline == nil)
    }
}
