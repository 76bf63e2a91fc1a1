import LoginContracts

/// The fields of a generated login event, not yet checked by anything.
struct LoginFields {
    var eventId: String?
    var occurredAt: String
    var kgAppId: String
    var accessToken: String
    var platform: Platform?
    var loginMethod: LoginMethod?
    var playerId: String?
    var sessionId: String?
    var serverId: String?

    var document: JSONDocument {
        .members([
            "eventId": self.eventId.map { .string($0) },
            "occurredAt": .string(self.occurredAt),
            "kgAppId": .string(self.kgAppId),
            "playerId": self.playerId.map { .string($0) },
            "platform": self.platform.map { .string($0.rawValue) },
            "loginMethod": self.loginMethod.map { .string($0.rawValue) },
            "accessToken": .string(self.accessToken),
            "sessionId": self.sessionId.map { .string($0) },
            "serverId": self.serverId.map { .string($0) },
        ])
    }
}

extension JSONDocument {
    /// The object with another value for one member, in its place or at the end; without the member for `nil`.
    func replacing(_ name: String, with value: JSONDocument?) -> JSONDocument {
        guard case .object(var members) = self else { return self }
        let place = members.firstIndex { $0.name == name }
        switch (place, value) {
        case (let place?, let value?): members[place].value = value
        case (let place?, nil): members.remove(at: place)
        case (nil, let value?): members.append(Member(name: name, value: value))
        case (nil, nil): break
        }
        return .object(members)
    }
}
