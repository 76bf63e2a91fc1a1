import Foundation
import LoginContracts

extension StatementHandle {
    /// Binds a decision to ``EntryColumn/insert``.
    func bind(_ entry: ValidationEntry, index: Int64, sourceID: Int64) throws(TrailError) {
        let lockout = try entry.lockout.map { lockout throws(TrailError) in try Self.json(lockout) }
        self.bind(index, .index)
        self.bind(EntryColumn.validationKind, .kind)
        self.bind(entry.recordedAt.millisecondsSince1970, .recordedAt)
        self.bind(entry.instanceID, .instanceID)
        self.bind(sourceID, .sourceID)
        self.bind(entry.identity.offset, .recordOffset)
        self.bind(entry.identity.digest.bytes, .recordDigest)
        self.bind(entry.eventID, .eventID)
        self.bind(entry.occurredAt?.millisecondsSince1970, .occurredAt)
        self.bind(entry.kgAppId, .kgAppId)
        self.bind(entry.playerId, .playerId)
        self.bind(entry.sessionId, .sessionId)
        self.bind(entry.platform?.rawValue, .platform)
        self.bind(entry.overriddenPlatform?.rawValue, .overriddenPlatform)
        self.bind(entry.tokenFingerprint, .tokenFingerprint)
        self.bind(entry.decision.rawValue, .decision)
        self.bind(entry.reason?.rawValue, .reason)
        self.bind(entry.httpStatus.map(Int64.init), .httpStatus)
        self.bind(entry.apiCode.map(Int64.init), .apiCode)
        self.bind(entry.message, .message)
        self.bind(entry.playerStatus, .playerStatus)
        self.bind(lockout, .lockout)
        self.bind(Int64(entry.attempts), .attempts)
        self.bind(entry.platformLatency?.microseconds, .platformLatency)
        self.bind(entry.traceID, .traceID)
        self.bind(entry.policyVersion, .policyVersion)
        self.bind(String?.none, .details)
    }

    /// Binds a service entry to ``EntryColumn/insert``.
    func bind(_ entry: ServiceEntry, index: Int64) throws(TrailError) {
        let details = entry.details.isEmpty ? nil : try Self.json(entry.details)
        for column in EntryColumn.allCases { self.bind(Int64?.none, at: column.rawValue + 1) }
        self.bind(index, .index)
        self.bind(entry.kind.rawValue, .kind)
        self.bind(entry.recordedAt.millisecondsSince1970, .recordedAt)
        self.bind(entry.instanceID, .instanceID)
        self.bind(entry.kgAppId, .kgAppId)
        self.bind(entry.message, .message)
        self.bind(details, .details)
    }

    private func bind(_ value: Int64?, _ column: EntryColumn) { self.bind(value, at: column.rawValue + 1) }
    private func bind(_ text: String?, _ column: EntryColumn) { self.bind(text, at: column.rawValue + 1) }
    private func bind(_ bytes: [UInt8]?, _ column: EntryColumn) { self.bind(bytes, at: column.rawValue + 1) }

    /// The members in alphabetical order, so that equal values have equal texts.
    private static func json(_ value: some Encodable) throws(TrailError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw TrailError(.invalid, "An entry's details cannot be written as JSON.")
        }
    }
}

extension ValidationEntry {
    /// The entry as it comes back from a trail, which keeps whole microseconds.
    var asStored: ValidationEntry {
        var entry = self
        entry.platformLatency = self.platformLatency.map { .microseconds($0.microseconds) }
        return entry
    }
}
