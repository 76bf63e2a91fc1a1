extension LoginEventFields {
    /// Reads a document of plain strings; `nil` leaves it to `JSONDecoder`.
    init?(plain bytes: [UInt8]) {
        self.init()
        var seen: UInt16 = 0
        var fields = self
        let isPlain = PlainJSON.read(bytes) { name, value in
            let index: UInt16
            switch name {
            case "kgAppId": index = 0
            case "accessToken": index = 1
            case "platform": index = 2
            case "loginMethod": index = 3
            case "playerId": index = 4
            case "eventId": index = 5
            case "occurredAt": index = 6
            case "sessionId": index = 7
            case "serverId": index = 8
            default: return value.skip()
            }
            // Which of two members of a name counts is `JSONDecoder`'s to say.
            guard seen & (1 << index) == 0, let text = value.text() else { return false }
            seen |= 1 << index
            switch index {
            case 0: fields.kgAppId = text
            case 1: fields.accessToken = text
            case 2: fields.platform = text
            case 3: fields.loginMethod = text
            case 4: fields.playerId = text
            case 5: fields.eventId = text
            case 6: fields.occurredAt = text
            case 7: fields.sessionId = text
            default: fields.serverId = text
            }
            return true
        }
        guard isPlain else { return nil }
        self = fields
    }
}
