import Foundation

/// What can be shown of the login event in a dead letter; never its token.
package struct LoginPreview: Hashable, Sendable {
    package var kgAppId: String?
    package var playerId: String?
    /// The producer's id, else the one that the event's first place gives, as the trail has it.
    package var eventID: String
    package var platform: Platform?
    package var sessionId: String?
    /// Whether there is something in the place of the token.
    package var hasToken: Bool
    /// A masked view of the value when it is not a login event.
    package var excerpt: String?

    /// - Parameters:
    ///   - event: the login event's record, as ``StoredDeadLetter/event`` has it.
    ///   - decoder: used by one thread at a time.
    package init(of event: SourceRecord, decoder: LoginEventDecoder) {
        do throws(EventDefect) {
            let login = try decoder.decode(event)
            let token = login.accessToken.value
            self.kgAppId = login.kgAppId
            self.playerId = login.playerId.map { Self.shown($0, beside: token) }
            self.eventID = Self.shown(login.eventID, beside: token)
            self.platform = login.platform
            self.sessionId = login.sessionId.map { Self.shown($0, beside: token) }
            self.hasToken = true
        } catch {
            let fields = BrokenLogin(event.value)
            self.kgAppId = fields.kgAppId.flatMap {
                $0.isDigits(maximumLength: LoginEvent.maximumAppIDLength) ? $0 : nil
            }
            self.playerId = (fields.playerId ?? event.keyText).map { Self.shownIfShort($0, beside: fields.accessToken) }
            self.eventID = LoginEvent.derivedID(of: event)
            self.hasToken = fields.accessToken != nil
            self.excerpt = ValueExcerpt.text(of: event.value)
        }
    }

    /// A text of an event that a program may have filled with its token by mistake.
    private static func shown(_ text: String, beside token: String) -> String {
        text.contains(token) || (text.utf8.count >= Self.shortestPart && token.contains(text))
            ? ValueExcerpt.mask(text.utf8.count) : text
    }

    /// The same in a broken event, whose fields may be each other's: a long text is none that people give players.
    private static func shownIfShort(_ text: String, beside token: String?) -> String {
        guard text.isDigits(maximumLength: Self.longestNumber) || text.isVisibleASCII(maximumLength: Self.longestText)
        else { return ValueExcerpt.mask(text.utf8.count) }
        return token.map { Self.shown(text, beside: $0) } ?? text
    }

    /// A shorter part of a token gives nothing away, and is in it by chance.
    private static let shortestPart = 4
    private static let longestText = 16
    private static let longestNumber = 20
}

extension SourceRecord {
    fileprivate var keyText: String? { self.key.flatMap { String(validating: $0, as: UTF8.self) } }
}

/// The members of a broken event that can be had, one by one.
private struct BrokenLogin: Decodable {
    var kgAppId: String?
    var playerId: String?
    var accessToken: String?

    private enum Member: String, CodingKey {
        case kgAppId, playerId, accessToken, data
    }

    init(_ value: [UInt8]?) {
        guard let value, value.count <= LoginEventDecoder.maximumValueBytes, !value.prefix(4).contains(0),
            let found = try? JSONDecoder().decode(BrokenLogin.self, from: Data(value))
        else { return }
        self = found
    }

    init(from decoder: any Decoder) throws {
        let event = try decoder.container(keyedBy: Member.self)
        let members = (try? event.nestedContainer(keyedBy: Member.self, forKey: .data)) ?? event
        self.kgAppId = try? members.decode(String.self, forKey: .kgAppId)
        self.playerId = try? members.decode(String.self, forKey: .playerId)
        self.accessToken = try? members.decode(String.self, forKey: .accessToken)
    }
}
