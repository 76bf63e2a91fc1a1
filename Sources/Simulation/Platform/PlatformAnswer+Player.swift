import LoginContracts

/// The answers that are about a player, with the members of the document's examples.
extension PlatformAnswer {
    /// The size of a ``TokenBehaviour/huge`` body, in bytes.
    static let hugeBodyBytes = 4 * 1024 * 1024

    static func playerMayPlay(_ request: PlatformRequest, playerId: String? = nil) -> PlatformAnswer {
        PlatformAnswer(status: 200, ["player": self.player(request, playerId: playerId ?? request.owner)])
    }

    static func playerIsLocked(_ request: PlatformRequest) -> PlatformAnswer {
        let player = request.owner
        return PlatformAnswer(
            status: 463,
            [
                "desc": "There is a valid lockout of the player. (463.-10103)",
                "lockout": [
                    "kgAppId": .string(request.kgAppId),
                    "idType": "playerId",
                    "id": .string(player),
                    "certMethod": "phone,card",
                    "reason": "Suspicious login",
                    "message": "",
                    "notificationOption": "alimtalk",
                    "memo": "",
                    "lockoutCode": "SIM-1",
                    "lockoutSection": .string(request.platform.rawValue),
                    "regTime": 1_767_225_600_000,
                ],
                "player": self.player(request, playerId: player),
                "token": ["onetimeToken": "simulated-one-time-token"],
                "redirectUri": [
                    "target": "lockout",
                    "lockout": "https://member.example.com/lockout?token=simulated-one-time-token",
                ],
            ]
        )
    }

    static func playerIsSanctioned() -> PlatformAnswer {
        description("There is a valid sanction of the player.", status: 464, code: -10102)
    }

    static func playerIsPending() -> PlatformAnswer {
        description("The player is pending unregistration.", status: 462, code: -10462)
    }

    /// The document names this answer without its status; the simulation uses one that HTTP does not define.
    static func playerIsGone() -> PlatformAnswer {
        description("User does not exist.", status: 460, code: -10460)
    }

    static func mixedTypes(_ request: PlatformRequest) -> PlatformAnswer {
        PlatformAnswer(
            status: 200,
            [
                "player": [
                    "kgAppId": .integer(Int64(request.kgAppId) ?? 0),
                    "playerId": .null,
                    "status": 7,
                    "nickname": .boolean(true),
                    "data": .array([]),
                ],
                "desc": .null,
                "unknown": ["nested": .array([.null, 1])],
            ]
        )
    }

    static func garbage() -> PlatformAnswer {
        PlatformAnswer(status: 200, bytes: Array("<html><body>Welcome to the guest network</body>".utf8))
    }

    static func huge(_ request: PlatformRequest) -> PlatformAnswer {
        let padding = String(repeating: "x", count: self.hugeBodyBytes)
        return PlatformAnswer(
            status: 200,
            ["player": self.player(request, playerId: request.owner), "padding": .string(padding)]
        )
    }

    private static func player(_ request: PlatformRequest, playerId: String) -> JSONDocument {
        [
            "kgAppId": .string(request.kgAppId),
            "playerId": .string(playerId),
            "status": "normal",
            "nickname": .string("player-\(playerId.suffix(4))"),
            "data": ["level": "12", "server": "kr-1"],
        ]
    }
}
