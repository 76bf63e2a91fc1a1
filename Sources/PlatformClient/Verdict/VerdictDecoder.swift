internal import Foundation
package import LoginContracts

/// Turns a platform's answer into a ``Verdict``, whatever it looks like.
///
/// No answer is an error: what cannot be understood is `nil` in the verdict, and a body that is not a JSON object says
/// so with `bodyIsReadable`. Every text is bounded and free of control characters, of the request's access token, of
/// the app's secrets and of the body's own one-time token, so that a verdict's texts can be stored and published. Of a
/// member that a body names twice, the first counts.
package struct VerdictDecoder: Sendable {
    /// The longest body that is read, in bytes.
    package static let maximumBodyLength = 64 * 1024
    /// The longest text besides the message, in Unicode scalars.
    package static let maximumTextLength = 1024
    /// The longest release page address, in bytes; a longer one is left out, because a part of it leads nowhere.
    package static let maximumURLLength = 8192

    private let json = JSONDecoder()

    package init() {}

    /// Decodes one answer.
    ///
    /// - Parameters:
    ///   - status: The HTTP status code.
    ///   - retryAfter: The `Retry-After` field's value, if there is one.
    ///   - body: The body's bytes; `nil` when it was over ``maximumBodyLength``.
    ///   - arrival: When the answer arrived, for a `Retry-After` date.
    ///   - request: The request that was answered.
    ///   - secrets: Further texts that must not stay in the verdict.
    /// - Returns: What the answer says, as far as it can be understood.
    package func decode(
        status: Int,
        retryAfter: String? = nil,
        body: [UInt8]?,
        arrival: @autoclosure () -> Timestamp,
        request: ValidationRequest,
        secrets: [String] = []
    ) -> Verdict {
        let retryAfter = retryAfter.flatMap { RetryAfter.delay(of: $0, arrival: arrival()) }
        guard let body, body.count <= Self.maximumBodyLength, let content = self.content(of: body) else {
            return Verdict(status: status, bodyIsReadable: false, retryAfter: retryAfter)
        }
        // The body's own one-time token, and the address that holds it, are as secret as what the request held.
        var hidden = secrets
        hidden.append(request.accessToken.value)
        if let token = content.token?.onetimeToken { hidden.append(token) }
        if let url = content.redirectUri?.lockout { hidden.append(url) }
        let censor = Censor(secrets: hidden)
        return Verdict(
            status: status,
            code: content.desc.flatMap { DescriptionCode.code(of: $0) },
            message: content.desc.map { censor.clean($0, maximumLength: Verdict.maximumMessageLength) },
            player: content.player.map { Self.player(of: $0, request: request, censor: censor) },
            lockout: content.lockout.map { Self.lockout(of: $0, request: request, censor: censor) },
            redirect: content.redirectUri.map { Self.redirect(of: $0, censor: censor) },
            retryAfter: retryAfter
        )
    }

    /// Invalid UTF-8 makes a second attempt with the faulty bytes replaced: a broken nickname must not cost the status.
    private func content(of body: [UInt8]) -> ValidationBody? {
        guard !body.isEmpty else { return nil }
        if let content = ValidationBody(plain: body) { return content }
        if let content = try? self.json.decode(ValidationBody.self, from: Data(body)) { return content }
        guard String(validating: body, as: UTF8.self) == nil else { return nil }
        return try? self.json.decode(ValidationBody.self, from: Data(String(decoding: body, as: UTF8.self).utf8))
    }
}

extension VerdictDecoder {
    /// An id that the request itself carried stays as it is: it is in the event already, and a decision depends on it.
    private static func identity(_ text: String?, requested: String?, censor: Censor) -> String? {
        guard let text, text != requested else { return text }
        return censor.clean(text, maximumLength: Self.maximumTextLength)
    }

    private static func player(
        of content: ValidationBody.Player,
        request: ValidationRequest,
        censor: Censor
    ) -> Verdict.Player {
        let data = content.data.map { key, value in
            (
                censor.clean(key, maximumLength: Self.maximumTextLength),
                censor.clean(value, maximumLength: Self.maximumTextLength)
            )
        }
        return Verdict.Player(
            kgAppId: Self.identity(content.kgAppId, requested: request.kgAppId, censor: censor),
            playerId: Self.identity(content.playerId, requested: request.playerId, censor: censor),
            status: censor.clean(ifPresent: content.status, maximumLength: Self.maximumTextLength),
            nickname: censor.clean(ifPresent: content.nickname, maximumLength: Self.maximumTextLength),
            // Two names can be alike once they are cleaned. A dictionary has no order, so the values decide.
            data: Dictionary(data, uniquingKeysWith: min)
        )
    }

    private static func lockout(
        of content: ValidationBody.Lockout,
        request: ValidationRequest,
        censor: Censor
    ) -> Lockout {
        func clean(_ text: String?) -> String? {
            censor.clean(ifPresent: text, maximumLength: Self.maximumTextLength)
        }
        return Lockout(
            kgAppId: Self.identity(content.kgAppId, requested: request.kgAppId, censor: censor),
            idType: clean(content.idType),
            id: Self.identity(content.id, requested: request.playerId, censor: censor),
            certMethod: clean(content.certMethod),
            reason: clean(content.reason),
            message: clean(content.message),
            notificationOption: clean(content.notificationOption),
            memo: clean(content.memo),
            lockoutCode: clean(content.lockoutCode),
            lockoutSection: clean(content.lockoutSection),
            regTime: content.regTime
        )
    }

    private static func redirect(of content: ValidationBody.Redirect, censor: Censor) -> Verdict.Redirect {
        let url = content.lockout.flatMap { url -> String? in
            let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            return !url.isEmpty && url.utf8.count <= Self.maximumURLLength && isPlain ? url : nil
        }
        return Verdict.Redirect(
            target: censor.clean(ifPresent: content.target, maximumLength: Self.maximumTextLength),
            url: url
        )
    }
}
