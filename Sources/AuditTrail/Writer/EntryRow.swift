import LoginContracts

/// An entry that is about to be written, as the columns will hold it.
struct EntryRow {
    var index: Int64
    var content: Content
    /// A canonical document: the lockout of a decision, or the details of another entry.
    private var document: String?

    enum Content {
        case validation(ValidationEntry, sourceID: Int64)
        case service(ServiceEntry)
        case delivery(EntryDelivery, instanceID: String)
    }

    init(index: Int64, _ content: Content) {
        self.index = index
        self.content = content
        switch content {
        case .validation(let entry, _): self.document = entry.lockout.map(EntryRow.document)
        case .service(let entry): self.document = entry.details.isEmpty ? nil : EntryRow.document(entry.details)
        case .delivery(let delivery, _): self.document = EntryRow.document(delivery)
        }
    }

    var recordedAt: Timestamp {
        switch self.content {
        case .validation(let entry, _): entry.recordedAt
        case .service(let entry): entry.recordedAt
        case .delivery(let delivery, _): delivery.at
        }
    }

    /// The value of a column of whole numbers.
    func value(ofInteger column: EntryColumn) -> Int64? {
        switch (column, self.content) {
        case (.index, _): self.index
        case (.recordedAt, _): self.recordedAt.millisecondsSince1970
        case (.sourceID, .validation(_, let sourceID)): sourceID
        case (.recordOffset, .validation(let entry, _)): entry.identity.offset
        case (.occurredAt, .validation(let entry, _)): entry.occurredAt?.millisecondsSince1970
        case (.httpStatus, .validation(let entry, _)): entry.httpStatus.map(Int64.init)
        case (.apiCode, .validation(let entry, _)): entry.apiCode.map(Int64.init)
        case (.attempts, .validation(let entry, _)): Int64(entry.attempts)
        case (.platformLatency, .validation(let entry, _)): entry.platformLatency?.microseconds
        default: nil
        }
    }

    /// The value of a column of texts.
    func value(ofText column: EntryColumn) -> String? {
        switch self.content {
        case .validation(let entry, _): self.text(column, entry)
        case .service(let entry):
            switch column {
            case .kind: entry.kind.rawValue
            case .instanceID: entry.instanceID
            case .kgAppId: entry.kgAppId
            case .message: entry.message
            case .details: self.document
            default: nil
            }
        case .delivery(_, let instanceID):
            switch column {
            case .kind: EntryColumn.deliveryKind
            case .instanceID: instanceID
            case .details: self.document
            default: nil
            }
        }
    }

    private func text(_ column: EntryColumn, _ entry: ValidationEntry) -> String? {
        switch column {
        case .kind: EntryColumn.validationKind
        case .instanceID: entry.instanceID
        case .eventID: entry.eventID
        case .kgAppId: entry.kgAppId
        case .playerId: entry.playerId
        case .sessionId: entry.sessionId
        case .platform: entry.platform?.rawValue
        case .overriddenPlatform: entry.overriddenPlatform?.rawValue
        case .decision: entry.decision.rawValue
        case .reason: entry.reason?.rawValue
        case .message: entry.message
        case .playerStatus: entry.playerStatus
        case .lockout: self.document
        case .traceID: entry.traceID
        case .policyVersion: entry.policyVersion
        default: nil
        }
    }

    /// The value of a column of bytes, but for the leaf's hash, which is made from all the others.
    func value(ofBlob column: EntryColumn) -> [UInt8]? {
        guard case .validation(let entry, _) = self.content else { return nil }
        switch column {
        case .recordDigest: return entry.identity.digest.bytes
        case .tokenFingerprint: return entry.tokenFingerprint
        default: return nil
        }
    }
}

extension EntryRow: LeafRow {
    func integer(_ column: EntryColumn) -> Int64? { self.value(ofInteger: column) }

    func withText<Result>(_ column: EntryColumn, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        guard var text = self.value(ofText: column) else { return nil }
        return text.withUTF8(body)
    }

    func withBlob<Result>(_ column: EntryColumn, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        guard let bytes = self.value(ofBlob: column) else { return nil }
        return bytes.withUnsafeBufferPointer(body)
    }
}
