import LoginContracts

/// The ways in which a generated record is not a usable login event.
package enum MalformedKind: String, CaseIterable, Hashable, Sendable {
    case notJSON
    case truncatedJSON
    case notUTF8
    case notAnObject
    case wrongType
    case missingApp
    case missingToken
    case missingPlatform
    case unknownPlatform
    case unknownApp
    case badTime
    /// A line break in what becomes an HTTP header.
    case controlCharacter
    case nonASCII
    case tokenTooLong
    case playerTooLong
    case empty
    /// A record without a value.
    case tombstone
    case oversized
}

extension MalformedKind {
    package var expected: ExpectedDisposition {
        .init(.rejected, self == .unknownApp ? .unknownApp : .malformed)
    }

    /// An app that no example platform and no sensible configuration has.
    package static let unknownAppID = "999999999"

    /// The value of a record that would hold these fields if it were well-formed.
    func value(spoiling fields: LoginFields, using random: inout SeededRandom) -> [UInt8]? {
        var fields = fields
        switch self {
        case .notJSON: return Array("login player=\(fields.playerId ?? "?") at \(fields.occurredAt)".utf8)
        case .truncatedJSON:
            let bytes = fields.document.bytes
            return Array(bytes.prefix(bytes.count / 2))
        case .notUTF8:
            let bytes = fields.document.bytes
            return Array(bytes.dropLast(2)) + [0xC3, 0x28, UInt8(ascii: "\""), UInt8(ascii: "}")]
        case .notAnObject: return JSONDocument.array([fields.document]).bytes
        case .wrongType: return fields.document.replacing("kgAppId", with: 900_100).bytes
        case .missingApp: return fields.document.replacing("kgAppId", with: nil).bytes
        case .missingToken: return fields.document.replacing("accessToken", with: .null).bytes
        case .missingPlatform:
            fields.platform = nil
            fields.loginMethod = nil
        case .unknownPlatform: return fields.document.replacing("platform", with: "console").bytes
        case .unknownApp: fields.kgAppId = Self.unknownAppID
        case .badTime: fields.occurredAt = "yesterday evening"
        case .controlCharacter: fields.accessToken += "\r\nplayerId: 1"
        case .nonASCII: fields.playerId = "플레이어-1"
        case .tokenTooLong: fields.accessToken += random.base64Characters(count: AccessToken.maximumLength)
        case .playerTooLong: fields.playerId = String(repeating: "9", count: LoginEvent.maximumPlayerIDLength + 1)
        case .empty: return []
        case .tombstone: return nil
        case .oversized:
            let padding = String(repeating: "x", count: LoginEventDecoder.maximumValueBytes)
            return fields.document.replacing("clientLog", with: .string(padding)).bytes
        }
        return fields.document.bytes
    }
}
