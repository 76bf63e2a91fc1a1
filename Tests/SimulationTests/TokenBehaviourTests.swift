import Simulation
import Testing

struct TokenBehaviourTests {
    @Test(
        arguments: [
            ("ok_Xy", .ok), ("invalid_Xy", .invalid), ("slow-2500_Xy", .slow(milliseconds: 2500)),
            ("slow_Xy", .slow(milliseconds: 1000)), ("flaky-3_Xy", .flaky(failures: 3)),
            ("flaky_", .flaky(failures: 1)),
            ("custom-461_Xy", .custom(461)), ("status-502_Xy", .status(502)), ("status-9_Xy", .status(500)),
            ("mixedtypes_Xy", .mixedTypes), ("notacceptable_Xy", .notAcceptable),
            ("", .ok), ("_", .ok), ("eyJhbGciOi", .ok), ("unknown_Xy", .ok), ("ok-3_Xy", .ok), ("slow-_Xy", .ok),
            ("slow--5_Xy", .ok), ("slow-123456_Xy", .ok), ("slow-1a_Xy", .ok), ("INVALID_Xy", .ok),
        ] as [(String, TokenBehaviour)]
    )
    func beginningOfTokenDecides(token: String, expected: TokenBehaviour) {
        #expect(TokenBehaviour(token: token) == expected)
    }

    @Test(
        arguments: TokenBehaviour.plain + [.custom(499), .status(502), .slow(milliseconds: 1), .flaky(failures: 2)]
    )
    func prefixIsReadBack(behaviour: TokenBehaviour) {
        #expect(TokenBehaviour(token: behaviour.prefix + "anything") == behaviour)
    }
}
