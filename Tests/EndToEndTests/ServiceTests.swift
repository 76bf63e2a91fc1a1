import Testing

/// Every test that runs the service for long: one after the other, because each of them wants the whole machine.
@Suite(.serialized, .logsInFailures, .timeLimit(.minutes(5)))
struct ServiceTests {
    /// Whether a test runs on the embedded broker, at-least-once, or on a real one, exactly-once.
    static let brokers: [Bool] = Stack.realBroker == nil ? [false] : [false, true]
}

/// A login event as a game's login server writes it.
func event(_ token: String, player: String, event: String? = nil, extra: String = "") -> String {
    """
    {"kgAppId":"900100","accessToken":"\(token)","platform":"mobile","playerId":"\(player)",\
    "eventId":"\(event ?? "e-" + player)","sessionId":"s-\(player)","serverId":"game-7",\
    "occurredAt":"2026-01-31T09:30:00.123Z"\(extra)}
    """
}

/// No byte of a token or of our credentials in the log or in the trail's files.
func expectNoSecrets(_ stack: Stack, _ service: Running, _ needles: [String] = ["fake-token"]) {
    let needles = needles + ["simulated-app-secret", "simulated-admin-key"]
    for needle in needles {
        #expect(!service.errors.contains(needle))
        #expect(!service.output.contains(needle))
    }
    #expect(stack.trailFiles(holding: needles) == [])
}
