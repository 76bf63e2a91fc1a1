import Foundation
import HTTPTypes

/// Why a request is refused, as a problem document (RFC 9457).
///
/// It names the field and the rule, and repeats nothing of what was sent.
package struct Problem: Error, Hashable, Sendable {
    package var kind: Kind
    /// A sentence for people.
    package var detail: String
    /// The parameter that is wrong.
    package var field: String?
    /// What it must be.
    package var rule: String?

    /// What programs decide by.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case invalidParameter = "invalid-parameter"
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case signInNeeded = "sign-in-needed"
        case signInRefused = "sign-in-refused"
        case tooManyAttempts = "too-many-attempts"
        case foreignOrigin = "foreign-origin"
        case wrongHost = "wrong-host"
        case tooLarge = "too-large"
        case trailChanged = "trail-changed"
        case trailUnavailable = "trail-unavailable"
        case unrecorded = "unrecorded"
        case notSealed = "not-sealed"

        var status: HTTPResponse.Status {
            switch self {
            case .invalidParameter: .badRequest
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .signInNeeded: .unauthorized
            case .signInRefused, .foreignOrigin: .forbidden
            case .tooManyAttempts: .tooManyRequests
            case .wrongHost: .misdirectedRequest
            case .tooLarge: .contentTooLarge
            case .trailChanged: .internalServerError
            case .trailUnavailable, .unrecorded, .notSealed: .serviceUnavailable
            }
        }
    }

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// A parameter that is not what it must be.
    static func parameter(_ field: String, must rule: String) -> Problem {
        var problem = Problem(.invalidParameter, "\(field) must \(rule).")
        problem.field = field
        problem.rule = "must \(rule)"
        return problem
    }

    static let notFound = Problem(.notFound, "There is nothing at this address.")

    /// `application/problem+json`.
    var json: [UInt8] {
        let document = Document(
            type: "urn:login-validator:audit-console:\(self.kind.rawValue)",
            title: self.kind.status.reasonPhrase,
            status: self.kind.status.code,
            detail: self.detail,
            field: self.field,
            rule: self.rule
        )
        return (try? JSONEncoder.console.encode(document)).map(Array.init) ?? []
    }

    private struct Document: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var field: String?
        var rule: String?
    }
}

extension JSONEncoder {
    /// Members sorted, so that two answers can be compared.
    static var console: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
