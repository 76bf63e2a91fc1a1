import LoginContracts

/// An entry that is about to be written, as the columns will hold it.
struct EntryRow {
    var index: Int64
    var content: Content
    /// A canonical document: the lockout of a decision, or the details of another entry.
    private var document: String?

    enum Content {
        case validation(Validation)
        case service(ServiceEntry)
        case delivery(EntryDelivery, instanceID: String)

        static func validation(_ entry: ValidationEntry, sourceID: Int64) -> Content {
            .validation(Validation(entry, sourceID: sourceID))
        }
    }

    /// A class, because a row is asked for some fifty values one by one, and each time a copy of the entry would have to
    /// retain all its texts.
    final class Validation {
        let entry: ValidationEntry
        let sourceID: Int64

        init(_ entry: ValidationEntry, sourceID: Int64) {
            self.entry = entry
            self.sourceID = sourceID
        }
    }

    init(index: Int64, _ content: Content) {
        self.index = index
        self.content = content
        switch content {
        case .validation(let validation): self.document = validation.entry.lockout.map(EntryRow.document)
        case .service(let entry): self.document = entry.details.isEmpty ? nil : EntryRow.document(entry.details)
        case .delivery(let delivery, _): self.document = EntryRow.document(delivery)
        }
    }

    var recordedAt: Timestamp {
        switch self.content {
        case .validation(let validation): validation.entry.recordedAt
        case .service(let entry): entry.recordedAt
        case .delivery(let delivery, _): delivery.at
        }
    }

    /// The value of a column of whole numbers.
    func value(ofInteger column: EntryColumn) -> Int64? {
        switch column {
        case .index: return self.index
        case .recordedAt: return self.recordedAt.millisecondsSince1970
        default: break
        }
        guard case .validation(let validation) = self.content else { return nil }
        switch column {
        case .sourceID: return validation.sourceID
        case .recordOffset: return validation.entry.identity.offset
        case .occurredAt: return validation.entry.occurredAt?.millisecondsSince1970
        case .httpStatus: return validation.entry.httpStatus.map(Int64.init)
        case .apiCode: return validation.entry.apiCode.map(Int64.init)
        case .attempts: return Int64(validation.entry.attempts)
        case .platformLatency: return validation.entry.platformLatency?.microseconds
        default: return nil
        }
    }

    /// The value of a column of texts.
    func value(ofText column: EntryColumn) -> String? {
        switch self.content {
        case .validation(let validation): self.text(column, validation)
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

    private func text(_ column: EntryColumn, _ validation: Validation) -> String? {
        switch column {
        case .kind: EntryColumn.validationKind
        case .instanceID: validation.entry.instanceID
        case .eventID: validation.entry.eventID
        case .kgAppId: validation.entry.kgAppId
        case .playerId: validation.entry.playerId
        case .sessionId: validation.entry.sessionId
        case .platform: validation.entry.platform?.rawValue
        case .overriddenPlatform: validation.entry.overriddenPlatform?.rawValue
        case .decision: validation.entry.decision.rawValue
        case .reason: validation.entry.reason?.rawValue
        case .message: validation.entry.message
        case .playerStatus: validation.entry.playerStatus
        case .lockout: self.document
        case .traceID: validation.entry.traceID
        case .policyVersion: validation.entry.policyVersion
        default: nil
        }
    }

    /// The value of a column of bytes, but for the leaf's hash, which is made from all the others.
    func value(ofBlob column: EntryColumn) -> [UInt8]? {
        guard case .validation(let validation) = self.content else { return nil }
        switch column {
        case .recordDigest: return validation.entry.identity.digest.bytes
        case .tokenFingerprint: return validation.entry.tokenFingerprint
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
