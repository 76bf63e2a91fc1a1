/// A member of the document that a leaf hashes, in the order of RFC 8785: by name. See <doc:TrailFormat>.
struct LeafMember: Sendable {
    /// The name with its quotation marks and the colon.
    let key: StaticString
    let form: Form

    /// Where the value stands, and how it is written.
    enum Form: Sendable {
        case integer(EntryColumn)
        case time(EntryColumn)
        case text(EntryColumn)
        case hexadecimal(EntryColumn)
        /// A text that is a canonical document itself, and becomes part of this one as it is.
        case document(EntryColumn)
        /// Of the entry's source, which is a row of another table.
        case clusterID, topic, partition
    }

    private init(_ key: StaticString, _ form: Form) {
        self.key = key
        self.form = form
    }

    static let all = [
        LeafMember(#""apiCode":"#, .integer(.apiCode)),
        LeafMember(#""attempts":"#, .integer(.attempts)),
        LeafMember(#""clusterId":"#, .clusterID),
        LeafMember(#""decision":"#, .text(.decision)),
        LeafMember(#""details":"#, .document(.details)),
        LeafMember(#""eventId":"#, .text(.eventID)),
        LeafMember(#""httpStatus":"#, .integer(.httpStatus)),
        LeafMember(#""index":"#, .integer(.index)),
        LeafMember(#""instanceId":"#, .text(.instanceID)),
        LeafMember(#""kgAppId":"#, .text(.kgAppId)),
        LeafMember(#""kind":"#, .text(.kind)),
        LeafMember(#""lockout":"#, .document(.lockout)),
        LeafMember(#""message":"#, .text(.message)),
        LeafMember(#""occurredAt":"#, .time(.occurredAt)),
        LeafMember(#""offset":"#, .integer(.recordOffset)),
        LeafMember(#""overriddenPlatform":"#, .text(.overriddenPlatform)),
        LeafMember(#""partition":"#, .partition),
        LeafMember(#""platform":"#, .text(.platform)),
        LeafMember(#""platformLatencyMicroseconds":"#, .integer(.platformLatency)),
        LeafMember(#""playerId":"#, .text(.playerId)),
        LeafMember(#""playerStatus":"#, .text(.playerStatus)),
        LeafMember(#""policyVersion":"#, .text(.policyVersion)),
        LeafMember(#""reason":"#, .text(.reason)),
        LeafMember(#""recordDigest":"#, .hexadecimal(.recordDigest)),
        LeafMember(#""recordedAt":"#, .time(.recordedAt)),
        LeafMember(#""sessionId":"#, .text(.sessionId)),
        LeafMember(#""tokenFingerprint":"#, .hexadecimal(.tokenFingerprint)),
        LeafMember(#""topic":"#, .topic),
        LeafMember(#""traceId":"#, .text(.traceID)),
    ]
}
