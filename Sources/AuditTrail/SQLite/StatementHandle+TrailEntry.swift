import Foundation
import LoginContracts

extension StatementHandle {
    /// Reads the current row of ``EntryColumn/selection``.
    ///
    /// - Throws: ``TrailError/Code/corrupt`` when the row is none that this program can have written.
    func trailEntry(path: String) throws(TrailError) -> TrailEntry {
        guard let index = self.integer(EntryColumn.index.rawValue) else {
            throw TrailError(.corrupt, "An entry of the audit trail \(path) has no index.")
        }
        let entry =
            switch self.text(.kind) {
            case EntryColumn.validationKind: self.validation(index)
            case EntryColumn.deliveryKind: self.ownDelivery(index)
            default: self.service(index)
            }
        guard let entry else {
            throw TrailError(
                .corrupt,
                """
                Entry \(index) of the audit trail \(path) holds what this program never writes: keep the file for \
                examination.
                """
            )
        }
        return entry
    }

    /// Reads the current row of ``EntryColumn/selection`` as a decision; `nil` when it is none or not readable.
    func recordedEntry() -> RecordedEntry? {
        guard let index = self.integer(.index), case .validation(let recorded) = self.validation(index) else {
            return nil
        }
        return recorded
    }

    private func validation(_ index: Int64) -> TrailEntry? {
        guard let identity = self.identity(), let recordedAt = self.integer(.recordedAt),
            let decision = self.text(.decision).flatMap(Decision.init(rawValue:)),
            let eventID = self.text(.eventID), let attempts = self.integer(.attempts),
            let instanceID = self.text(.instanceID), let policyVersion = self.text(.policyVersion)
        else { return nil }
        var entry = ValidationEntry(
            identity: identity,
            recordedAt: Timestamp(recordedAt),
            eventID: eventID,
            decision: decision,
            attempts: Int(attempts),
            instanceID: instanceID,
            policyVersion: policyVersion
        )
        entry.occurredAt = self.integer(.occurredAt).map { Timestamp($0) }
        entry.kgAppId = self.text(.kgAppId)
        entry.playerId = self.text(.playerId)
        entry.sessionId = self.text(.sessionId)
        entry.platform = self.text(.platform).flatMap(Platform.init(rawValue:))
        entry.overriddenPlatform = self.text(.overriddenPlatform).flatMap(Platform.init(rawValue:))
        entry.tokenFingerprint = self.blob(EntryColumn.tokenFingerprint.rawValue)
        entry.reason = self.text(.reason).flatMap(DecisionReason.init(rawValue:))
        entry.httpStatus = self.integer(.httpStatus).map { Int($0) }
        entry.apiCode = self.integer(.apiCode).map { Int($0) }
        entry.message = self.text(.message)
        entry.playerStatus = self.text(.playerStatus)
        entry.lockout = self.json(.lockout)
        entry.platformLatency = self.integer(.platformLatency).map { .microseconds($0) }
        entry.traceID = self.text(.traceID)
        return .validation(RecordedEntry(index: index, entry: entry, delivery: self.delivery()))
    }

    private func ownDelivery(_ index: Int64) -> TrailEntry? {
        guard let recordedAt = self.integer(.recordedAt), let instanceID = self.text(.instanceID),
            let details: DeliveryDetails = self.json(.details), details.first <= details.last,
            let state = EntryDelivery.State(rawValue: details.state)
        else { return nil }
        let delivery = EntryDelivery(
            indices: details.first...details.last,
            state: state,
            at: Timestamp(recordedAt)
        )
        return .delivery(index: index, delivery, instanceID: instanceID)
    }

    /// The `details` of an entry of the kind `delivery`, see ``EntryRow/document(_:)``.
    private struct DeliveryDetails: Decodable {
        var first: Int64
        var last: Int64
        var state: String
    }

    private func service(_ index: Int64) -> TrailEntry? {
        guard let kind = self.text(.kind).flatMap(ServiceEntry.Kind.init(rawValue:)),
            let recordedAt = self.integer(.recordedAt), let instanceID = self.text(.instanceID)
        else { return nil }
        return .service(
            index: index,
            ServiceEntry(
                kind: kind,
                recordedAt: Timestamp(recordedAt),
                instanceID: instanceID,
                kgAppId: self.text(.kgAppId),
                message: self.text(.message),
                details: self.json(.details) ?? [:]
            )
        )
    }

    private func identity() -> RecordIdentity? {
        guard let clusterID = self.text(EntryColumn.Joined.clusterID.column),
            let topic = self.text(EntryColumn.Joined.topic.column),
            let partition = self.integer(EntryColumn.Joined.partition.column).flatMap(Int32.init(exactly:)),
            let offset = self.integer(.recordOffset),
            let digest = self.blob(EntryColumn.recordDigest.rawValue).flatMap(RecordDigest.init(bytes:))
        else { return nil }
        return RecordIdentity(
            clusterID: clusterID,
            partition: SourcePartition(topic: topic, partition: partition),
            offset: offset,
            digest: digest
        )
    }

    private func delivery() -> EntryDelivery? {
        guard let first = self.integer(EntryColumn.Joined.deliveryFirst.column),
            let last = self.integer(EntryColumn.Joined.deliveryLast.column), first <= last,
            let state = self.text(EntryColumn.Joined.deliveryState.column).flatMap(EntryDelivery.State.init(rawValue:)),
            let at = self.integer(EntryColumn.Joined.deliveryAt.column)
        else { return nil }
        return EntryDelivery(indices: first...last, state: state, at: Timestamp(at))
    }

    private func integer(_ column: EntryColumn) -> Int64? { self.integer(column.rawValue) }
    private func text(_ column: EntryColumn) -> String? { self.text(column.rawValue) }

    private func json<Value: Decodable>(_ column: EntryColumn) -> Value? {
        self.text(column).flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
