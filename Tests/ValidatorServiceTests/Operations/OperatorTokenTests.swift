import Testing

@testable import ValidatorService

@Suite struct OperatorTokenTests {
    private let token = OperatorToken(Secret("fake-operator-token"))

    @Test(arguments: ["Bearer fake-operator-token", "bearer fake-operator-token", "BEARER fake-operator-token"])
    func tokenIsKnown(authorization: String) {
        #expect(self.token.isIn(authorization: authorization))
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "fake-operator-token", "Bearer fake-operator-toke", "Bearer fake-operator-tokenn",
        "Bearer  fake-operator-token", "Bearer Fake-operator-token", "Basic fake-operator-token",
        "Bearer fake-operator-token ",
    ])
    func anythingElseIsNot(authorization: String?) {
        #expect(!self.token.isIn(authorization: authorization))
    }

    @Test func noDescriptionShowsIt() {
        var dumped = ""
        dump(self.token, to: &dumped)
        #expect(!dumped.contains("fake-operator") && !"\(self.token)".contains("fake-operator"))
    }
}
