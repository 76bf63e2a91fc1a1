import NIOCore
import Testing

@testable import PlatformClient

@Suite struct ConnectionPoolStateMachineTests {
    @Test func requestOpensAConnectionAndTheNextReusesIt() {
        var pool = Machine()
        let (first, connection) = pool.submitAndConnect(at(0))
        #expect(pool.connectionWanted(now: at(0)) == nil)
        #expect(pool.connected(connection, now: at(1)) == .send(first))
        #expect(pool.answered(connection, isReusable: true, now: at(2)) == .keepIdle)
        guard case .send(let second, on: connection) = pool.submit(now: at(3)) else {
            Issue.record("The idle connection is not used")
            return
        }
        #expect(second != first)
        #expect(pool.statistics == .init(connecting: 0, idle: 0, leased: 1, closing: 0, waiting: 0))
    }

    @Test func connectionsStopAtTheMaximumAndWaitersAreServedInOrder() {
        var pool = Machine()
        let (first, a) = pool.submitAndConnect(at(0))
        let (second, b) = pool.submitAndConnect(at(0))
        guard case .wait(let third) = pool.submit(now: at(0)), case .wait(let fourth) = pool.submit(now: at(0)) else {
            Issue.record("Waiters are not queued")
            return
        }
        #expect(pool.connectionWanted(now: at(0)) == nil)
        // The request that waited longest gets the connection that is ready first, whichever was opened for it.
        #expect(pool.connected(b, now: at(1)) == .send(first))
        #expect(pool.connected(a, now: at(1)) == .send(second))
        #expect(pool.answered(a, isReusable: true, now: at(2)) == .send(third))
        #expect(pool.answered(b, isReusable: true, now: at(2)) == .send(fourth))
    }

    @Test func waitersBeyondTheMaximumAreRefused() {
        var pool = Machine(maximumConnections: 1, maximumWaiters: 1)
        let (_, connection) = pool.submitAndConnect(at(0))
        guard case .wait = pool.submit(now: at(0)) else {
            Issue.record("One waiter is allowed")
            return
        }
        #expect(pool.submit(now: at(0)) == .refuseBecauseFull)
        _ = pool.connected(connection, now: at(1))
        #expect(pool.submit(now: at(1)) == .refuseBecauseFull)
        #expect(pool.statistics.waiting == 1)
    }

    @Test func withoutWaitersARequestStillOpensAConnection() {
        var pool = Machine(maximumConnections: 1, maximumWaiters: 0)
        let (_, connection) = pool.submitAndConnect(at(0))
        _ = pool.connected(connection, now: at(1))
        #expect(pool.submit(now: at(1)) == .refuseBecauseFull)
    }

    @Test func lastUsedConnectionIsUsedFirst() {
        var pool = Machine()
        let (_, a) = pool.submitAndConnect(at(0))
        let (_, b) = pool.submitAndConnect(at(0))
        _ = pool.connected(a, now: at(1))
        _ = pool.connected(b, now: at(1))
        _ = pool.answered(b, isReusable: true, now: at(2))
        _ = pool.answered(a, isReusable: true, now: at(3))
        guard case .send(_, on: a) = pool.submit(now: at(4)) else {
            Issue.record("Connection a was used last")
            return
        }
    }

    @Test(arguments: [true, false])
    func connectionThatCannotBeReusedOrIsTooOldIsClosed(isReusable: Bool) {
        var pool = Machine(age: .seconds(10))
        let (_, connection) = pool.submitAndConnect(at(0))
        _ = pool.connected(connection, now: at(1))
        let now = isReusable ? at(10_000) : at(2)
        #expect(pool.answered(connection, isReusable: isReusable, now: now) == .close)
        #expect(pool.statistics == .init(connecting: 0, idle: 0, leased: 0, closing: 1, waiting: 0))
        pool.closed(connection)
        #expect(pool.isDrained)
    }

    @Test func closingConnectionStillCountsUntilItsSocketIsGone() {
        var pool = Machine(maximumConnections: 1)
        let (request, connection) = pool.submitAndConnect(at(0))
        _ = pool.connected(connection, now: at(1))
        #expect(pool.cancel(request) == .close(connection))
        guard case .wait(let next) = pool.submit(now: at(2)) else {
            Issue.record("The request should wait")
            return
        }
        #expect(pool.connectionWanted(now: at(2)) == nil)
        pool.closed(connection)
        let other = pool.connectionWanted(now: at(3))!
        #expect(other != connection)
        #expect(pool.connected(other, now: at(4)) == .send(next))
    }

    @Test func cancellingIsHarmlessOnceARequestIsOver() {
        var pool = Machine(maximumConnections: 1)
        let (request, connection) = pool.submitAndConnect(at(0))
        _ = pool.connected(connection, now: at(1))
        _ = pool.answered(connection, isReusable: true, now: at(2))
        #expect(pool.cancel(request) == .none)
        // The slot belongs to another request now.
        guard case .send = pool.submit(now: at(3)) else {
            Issue.record("The idle connection is not used")
            return
        }
        #expect(pool.cancel(request) == .none)
        #expect(pool.statistics.leased == 1)
    }

    @Test func cancelledWaiterIsNotServed() {
        var pool = Machine(maximumConnections: 1)
        let (first, connection) = pool.submitAndConnect(at(0))
        #expect(pool.cancel(first) == .removed)
        #expect(pool.connected(connection, now: at(1)) == .keepIdle)
    }

    @Test func connectionTheServerClosedWhileIdleCostsNoRequest() {
        var pool = Machine()
        let connection = pool.usedIdleConnection(at(0))
        #expect(pool.broken(connection, canRepeat: true) == .none)
        pool.closed(connection)
        _ = pool.submitAndConnect(at(1))
    }

    @Test func requestOnADeadReusedConnectionStartsAgain() {
        var pool = Machine()
        let dead = pool.usedIdleConnection(at(0))
        guard case .send(let request, on: dead) = pool.submit(now: at(1)) else {
            Issue.record("The idle connection is not used")
            return
        }
        #expect(pool.broken(dead, canRepeat: true) == .waitAgain(request))
        let fresh = pool.connectionWanted(now: at(1))!
        #expect(pool.connected(fresh, now: at(2)) == .send(request))
        // A new connection is no reason to send it once more.
        #expect(pool.broken(fresh, canRepeat: true) == .fail(request))
    }

    @Test func requestOnAReusedConnectionWhoseAnswerHasBegunFails() {
        var pool = Machine()
        let connection = pool.usedIdleConnection(at(0))
        guard case .send(let request, on: _) = pool.submit(now: at(1)) else {
            Issue.record("The idle connection is not used")
            return
        }
        #expect(pool.broken(connection, canRepeat: false) == .fail(request))
    }

    @Test func repeatedRequestKeepsItsDeadline() {
        var pool = Machine()
        let dead = pool.usedIdleConnection(at(0))
        guard case .send(let request, on: _) = pool.submit(now: at(1000)) else {
            Issue.record("The idle connection is not used")
            return
        }
        #expect(pool.broken(dead, canRepeat: true) == .waitAgain(request))
        #expect(pool.timePassed(now: at(7999), jitter: 0) == nil)
        #expect(pool.timePassed(now: at(8000), jitter: 0) == .failWaiting(request))
    }
}
