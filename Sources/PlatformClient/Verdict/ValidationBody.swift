/// The body of an answer as it is on the wire, before anything in it is trusted.
///
/// Decoding fails only when the body is not a JSON object; every field by itself is missing, null or understood.
struct ValidationBody: Decodable {
    var desc: String?
    var player: Player?
    var lockout: Lockout?
    var token: Token?
    var redirectUri: Redirect?

    private enum CodingKeys: String, CodingKey {
        case desc, player, lockout, token, redirectUri
    }

    init(desc: String?, player: Player?) {
        self.desc = desc
        self.player = player
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.desc = fields.text(.desc)
        self.player = fields.object(.player)
        self.lockout = fields.object(.lockout)
        self.token = fields.object(.token)
        self.redirectUri = fields.object(.redirectUri)
    }
}

extension ValidationBody {
    struct Player: Decodable {
        var kgAppId: String?
        var playerId: String?
        var status: String?
        var nickname: String?
        var data: [String: String]

        private enum CodingKeys: String, CodingKey {
            case kgAppId, playerId, status, nickname, data
        }

        init(kgAppId: String?, playerId: String?, status: String?, nickname: String?, data: [String: String]) {
            self.kgAppId = kgAppId
            self.playerId = playerId
            self.status = status
            self.nickname = nickname
            self.data = data
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            self.kgAppId = fields.text(.kgAppId)
            self.playerId = fields.text(.playerId)
            self.status = fields.text(.status)
            self.nickname = fields.text(.nickname)
            self.data = fields.object(.data, as: ScalarMap.self)?.members ?? [:]
        }
    }

    struct Lockout: Decodable {
        var kgAppId: String?
        var idType: String?
        var id: String?
        var certMethod: String?
        var reason: String?
        var message: String?
        var notificationOption: String?
        var memo: String?
        var lockoutCode: String?
        var lockoutSection: String?
        var regTime: Int64?

        private enum CodingKeys: String, CodingKey {
            case kgAppId, idType, id, certMethod, reason, message, notificationOption, memo, lockoutCode
            case lockoutSection, regTime
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            self.kgAppId = fields.text(.kgAppId)
            self.idType = fields.text(.idType)
            self.id = fields.text(.id)
            self.certMethod = fields.text(.certMethod)
            self.reason = fields.text(.reason)
            self.message = fields.text(.message)
            self.notificationOption = fields.text(.notificationOption)
            self.memo = fields.text(.memo)
            self.lockoutCode = fields.text(.lockoutCode)
            self.lockoutSection = fields.text(.lockoutSection)
            self.regTime = fields.integer(.regTime)
        }
    }

    struct Token: Decodable {
        var onetimeToken: String?

        private enum CodingKeys: String, CodingKey { case onetimeToken }

        init(from decoder: any Decoder) throws {
            self.onetimeToken = try decoder.container(keyedBy: CodingKeys.self).text(.onetimeToken)
        }
    }

    struct Redirect: Decodable {
        var target: String?
        var lockout: String?

        private enum CodingKeys: String, CodingKey { case target, lockout }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            self.target = fields.text(.target)
            self.lockout = fields.text(.lockout)
        }
    }
}
