/// What a simulated platform sends back, and how.
struct PlatformAnswer: Sendable {
    /// What becomes of the exchange.
    enum Delivery: Hashable, Sendable {
        /// The whole answer; the connection stays open.
        case complete
        /// Half of the body, then the connection is closed.
        case truncated
        /// The connection is closed without a byte.
        case closed
        /// Nothing at all until the client goes away.
        case hanging
    }

    var status: Int
    var body: [UInt8]
    /// Seconds, for the Retry-After header.
    var retryAfter: Int?
    var delay: Duration = .zero
    var delivery: Delivery = .complete

    init(status: Int, _ document: JSONDocument, retryAfter: Int? = nil) {
        self.status = status
        self.body = document.bytes
        self.retryAfter = retryAfter
    }

    init(status: Int, bytes: [UInt8]) {
        self.status = status
        self.body = bytes
    }

    /// An answer that never becomes one.
    static func none(_ delivery: Delivery) -> PlatformAnswer {
        var answer = PlatformAnswer(status: 500, bytes: [])
        answer.delivery = delivery
        return answer
    }

    func delivered(_ delivery: Delivery) -> PlatformAnswer {
        var answer = self
        answer.delivery = delivery
        return answer
    }

    func delayed(by delay: Duration) -> PlatformAnswer {
        var answer = self
        answer.delay += delay
        return answer
    }
}

extension PlatformAnswer {
    /// Only a `desc`, which ends in `(STATUS.CODE)`.
    static func description(_ text: String, status: Int, code: Int, retryAfter: Int? = nil) -> PlatformAnswer {
        PlatformAnswer(status: status, ["desc": .string("\(text) (\(status).\(code))")], retryAfter: retryAfter)
    }

    static let tokenIsInvalid = description("Token is invalid.", status: 401, code: -29401)
    /// The document gives no code for wrong credentials; what counts is that it is not the invalid token's.
    static let credentialsAreWrong = description("Authentication of the app failed.", status: 401, code: -401)
    static let isNotAcceptable = description("Requested data does not exist.", status: 406, code: -406)
    static let isUnderMaintenance = description("The platform is under maintenance.", status: 473, code: -10473)
    static let hasNoSuchAPI = description("No such API.", status: 404, code: -404)
    static let isUnavailable = description("Service unavailable.", status: 503, code: -503, retryAfter: 1)
    /// Without Retry-After: the client's own back-off decides.
    static let isBrieflyUnavailable = description("Service unavailable.", status: 503, code: -503)
    static let hasFailed = description("Internal error.", status: 500, code: -500)

    static func refusal(_ refusal: PlatformRefusal) -> PlatformAnswer {
        switch refusal {
        case .missing(let name): description("Mandatory parameter is missing: \(name).", status: 400, code: -400)
        case .wrongType(let name): description("Type error: \(name).", status: 400, code: -400)
        }
    }
}
