package import NIOCore

/// Decides which request goes over which connection, when connections are opened and closed, and what has taken too
/// long.
///
/// A value without I/O, clock or lock: the time and the random numbers come in as arguments, every event returns one
/// action, and ``ConnectionPool`` does what it says. Requests and connections live in numbered slots, so that no event
/// on a request's path hashes or allocates. Timeouts are the same for all requests, so the order of arrival is the
/// order of deadlines and one timer is enough for all of them.
///
/// A connection slot is *free*, then *connecting*, *idle* or *leased* as often as it is used, then *closing* until the
/// shell reports that its socket is gone. A request slot is *free*, *waiting* or *leased*.
package struct ConnectionPoolStateMachine: Sendable {
    let limits: Limits

    var requests: [RequestSlot] = []
    var freeRequests: [Int] = []
    /// Requests without a connection, first come, first served.
    var waiting = SlotList()
    /// All requests by deadline.
    var deadlines = SlotList()

    var connections: [ConnectionSlot] = []
    var freeConnections: [Int] = []
    /// By the start of the attempt.
    var connecting = SlotList()
    /// By the time of the last use; the last is used first, so that a small load keeps few connections.
    var idle = SlotList()
    var leasedCount = 0

    /// Failed connection attempts in a row; attempts that ran side by side count as one.
    var consecutiveFailures = 0
    var nextConnect = NIODeadline.uptimeNanoseconds(0)
    var isShuttingDown = false

    package init(limits: Limits) {
        precondition(limits.maximumConnections > 0 && limits.maximumWaiters >= 0, "A pool needs room: \(limits)")
        self.limits = limits
    }
}

extension ConnectionPoolStateMachine {
    /// What bounds a pool.
    package struct Limits: Hashable, Sendable {
        package var maximumConnections: Int
        package var maximumWaiters: Int
        package var requestTimeout: TimeAmount
        package var connectTimeout: TimeAmount
        package var idleTimeout: TimeAmount
        package var maximumConnectionAge: TimeAmount?
        package var initialBackoff: TimeAmount
        package var maximumBackoff: TimeAmount

        package init(
            maximumConnections: Int,
            maximumWaiters: Int,
            requestTimeout: TimeAmount,
            connectTimeout: TimeAmount,
            idleTimeout: TimeAmount,
            maximumConnectionAge: TimeAmount?,
            initialBackoff: TimeAmount,
            maximumBackoff: TimeAmount
        ) {
            self.maximumConnections = maximumConnections
            self.maximumWaiters = maximumWaiters
            self.requestTimeout = requestTimeout
            self.connectTimeout = connectTimeout
            self.idleTimeout = idleTimeout
            self.maximumConnectionAge = maximumConnectionAge
            self.initialBackoff = initialBackoff
            self.maximumBackoff = maximumBackoff
        }
    }

    /// A request in the pool; the generation tells a slot's users apart.
    package struct RequestID: Hashable, Sendable {
        package let slot: Int
        let generation: UInt32
    }

    /// A connection of the pool; the generation tells a slot's users apart.
    package struct ConnectionID: Hashable, Sendable {
        package let slot: Int
        let generation: UInt32
    }

    struct RequestSlot {
        var generation: UInt32 = 0
        var state = RequestState.free
        var deadline = NIODeadline.uptimeNanoseconds(0)
    }

    enum RequestState: Hashable {
        case free
        case waiting
        case leased(connection: Int)
    }

    struct ConnectionSlot {
        var generation: UInt32 = 0
        var state = ConnectionState.free
        /// Failures in a row when the attempt began.
        var failuresBefore = 0
        /// When the connection is too old to be used again.
        var expiry: NIODeadline?
        /// Whether it has brought an answer before, so that the server may have closed it in the meantime.
        var isReused = false
    }

    enum ConnectionState: Hashable {
        case free
        /// Exits: idle, leased, closing, free.
        case connecting(deadline: NIODeadline)
        /// Exits: leased, closing.
        case idle(deadline: NIODeadline)
        /// Exits: idle, leased, closing.
        case leased(request: Int)
        /// Exit: free, when the socket is gone.
        case closing
    }

    /// How many there are of each.
    package struct Statistics: Hashable, Sendable {
        package var connecting: Int
        package var idle: Int
        package var leased: Int
        package var closing: Int
        package var waiting: Int
    }

    package var statistics: Statistics {
        let open = self.connections.count - self.freeConnections.count
        return Statistics(
            connecting: self.connecting.count,
            idle: self.idle.count,
            leased: self.leasedCount,
            closing: open - self.connecting.count - self.idle.count - self.leasedCount,
            waiting: self.waiting.count
        )
    }
}
