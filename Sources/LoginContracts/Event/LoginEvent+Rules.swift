extension LoginEvent {
    /// Checks every rule of the contract and fills in the defaults.
    init(
        _ fields: LoginEventFields,
        path: String,
        attributes: CloudEventAttributes,
        record: SourceRecord
    ) throws(EventDefect) {
        let rules = FieldRules(path: path)
        guard let kgAppId = fields.kgAppId else { throw rules.missing("kgAppId") }
        try rules.digits("kgAppId", kgAppId, maximumLength: Self.maximumAppIDLength)

        guard let tokenText = fields.accessToken else { throw rules.missing("accessToken") }
        guard let token = AccessToken(tokenText) else {
            throw rules.notVisibleASCII("accessToken", maximumLength: AccessToken.maximumLength)
        }
        let method = try rules.word("loginMethod", fields.loginMethod, as: LoginMethod.self)
        let claimed = try rules.word("platform", fields.platform, as: Platform.self)
        guard let platform = method?.impliedPlatform ?? claimed else {
            throw rules.defect("platform", "is missing, and loginMethod does not imply it")
        }
        if let playerId = fields.playerId, !playerId.isVisibleASCII(maximumLength: Self.maximumPlayerIDLength) {
            throw rules.notVisibleASCII("playerId", maximumLength: Self.maximumPlayerIDLength)
        }
        try rules.text("eventId", fields.eventId, maximumLength: Self.maximumEventIDLength)
        try rules.text("sessionId", fields.sessionId, maximumLength: Self.maximumOpaqueLength)
        try rules.text("serverId", fields.serverId, maximumLength: Self.maximumOpaqueLength)

        self.init(
            kgAppId: kgAppId,
            accessToken: token,
            platform: platform,
            overriddenPlatform: claimed == platform ? nil : claimed,
            loginMethod: method,
            playerId: fields.playerId,
            eventID: fields.eventId ?? attributes.id ?? Self.derivedID(of: record),
            occurredAt: try rules.time("occurredAt", fields.occurredAt) ?? attributes.time
                ?? Self.derivedTime(of: record),
            sessionId: fields.sessionId,
            serverId: fields.serverId,
            trace: TraceContext(traceparent: attributes.traceparent, tracestate: attributes.tracestate)
        )
    }
}

/// The rules that several fields share; each says what the field must be.
private struct FieldRules {
    /// What stands before a field's name: `data.` in a structured CloudEvent.
    let path: String

    func defect(_ field: String, _ rule: String) -> EventDefect { EventDefect(field: self.path + field, rule: rule) }

    func missing(_ field: String) -> EventDefect { self.defect(field, "is missing; it is required") }

    func notVisibleASCII(_ field: String, maximumLength: Int) -> EventDefect {
        self.defect(field, "must be 1 to \(maximumLength) visible ASCII characters (it becomes an HTTP header)")
    }

    func digits(_ field: String, _ value: String, maximumLength: Int) throws(EventDefect) {
        let bytes = value.utf8
        guard !bytes.isEmpty, bytes.count <= maximumLength, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw self.defect(field, "must be 1 to \(maximumLength) digits")
        }
    }

    func text(_ field: String, _ value: String?, maximumLength: Int) throws(EventDefect) {
        guard let value else { return }
        guard !value.isEmpty, value.unicodeScalars.count <= maximumLength else {
            throw self.defect(field, "must have 1 to \(maximumLength) characters")
        }
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ field: String,
        _ value: String?,
        as type: Word.Type
    ) throws(EventDefect) -> Word? {
        guard let value else { return nil }
        guard let word = Word(rawValue: value) else {
            throw self.defect(field, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    func time(_ field: String, _ value: String?) throws(EventDefect) -> Timestamp? {
        guard let value else { return nil }
        guard let time = Timestamp(rfc3339: value) else {
            throw self.defect(field, "must be an RFC 3339 date-time, such as 2026-01-31T09:30:00Z")
        }
        return time
    }
}
