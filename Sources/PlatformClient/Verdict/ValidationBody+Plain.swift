internal import LoginContracts

extension ValidationBody {
    /// Reads the two bodies that nearly every answer has: `desc`, or a `player` of plain strings. `nil` leaves it to
    /// `JSONDecoder`.
    init?(plain bytes: [UInt8]) {
        var desc: String?
        var player: Player?
        var hasDesc = false
        let isPlain = PlainJSON.read(bytes) { name, value in
            switch name {
            case "desc":
                guard !hasDesc, let text = value.text() else { return false }
                hasDesc = true
                desc = text
                return true
            case "player":
                guard player == nil, let read = Player(plain: &value) else { return false }
                player = read
                return true
            case "lockout", "token", "redirectUri": return false
            default: return value.skip()
            }
        }
        guard isPlain else { return nil }
        self.init(desc: desc, player: player)
    }
}

extension ValidationBody.Player {
    fileprivate init?(plain reader: inout PlainJSON) {
        var texts: [String?] = [nil, nil, nil, nil]
        var data: [String: String]?
        var seen: UInt8 = 0
        let isPlain = reader.object { name, value in
            let index: Int
            switch name {
            case "kgAppId": index = 0
            case "playerId": index = 1
            case "status": index = 2
            case "nickname": index = 3
            case "data":
                guard data == nil, let members = Self.members(of: &value) else { return false }
                data = members
                return true
            default: return value.skip()
            }
            guard seen & (1 << UInt8(index)) == 0, let text = value.text() else { return false }
            seen |= 1 << UInt8(index)
            texts[index] = text
            return true
        }
        guard isPlain else { return nil }
        self.init(kgAppId: texts[0], playerId: texts[1], status: texts[2], nickname: texts[3], data: data ?? [:])
    }

    /// A map of plain strings, each named once.
    private static func members(of reader: inout PlainJSON) -> [String: String]? {
        var members: [String: String] = [:]
        let isPlain = reader.object { name, value in
            guard members.count < ScalarMap.maximumMembers, case .some(.some(let text)) = value.text() else {
                return false
            }
            return members.updateValue(text, forKey: name.text) == nil
        }
        return isPlain ? members : nil
    }
}
