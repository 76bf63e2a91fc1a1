import LoginContracts

extension ValidationEntry {
    static func example(
        decision: Decision,
        reason: DecisionReason? = nil,
        playerId: String? = "7001234567890",
        sessionId: String? = "session-42",
        lockout: Lockout? = nil
    ) -> ValidationEntry {
        ValidationEntry(
            identity: RecordIdentity(of: .login(Array(loginJSON().utf8)), clusterID: "cluster"),
            recordedAt: Timestamp(1_769_819_400_301),
            eventID: "login-0001",
            occurredAt: Timestamp(1_769_819_400_125),
            kgAppId: "123456",
            playerId: playerId,
            sessionId: sessionId,
            platform: .mobile,
            decision: decision,
            reason: reason,
            httpStatus: 401,
            apiCode: -29401,
            message: "Token is invalid. (401.-29401)",
            playerStatus: "normal",
            lockout: lockout,
            instanceID: "validator-1",
            policyVersion: "guarded"
        )
    }
}
