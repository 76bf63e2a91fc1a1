import Foundation
package import LoginContracts

/// One look at a trail: who looked, when, at what, why, and how much was shown.
package struct AccessEntry: Hashable, Sendable {
    package var at: Timestamp
    /// The trail's id; several trails may share a log.
    package var trailID: String
    package var who: String
    /// What was done, such as `query` or `console.opened`.
    package var action: String
    /// The filters, texts by name. Never a token.
    package var question: [String: String]
    /// How many entries were shown; `nil` at the beginning of something long, whose end is recorded too.
    package var entries: Int64?
    /// Why, if it was said.
    package var purpose: String?

    package init(
        at: Timestamp,
        trailID: String,
        who: String,
        action: String,
        question: [String: String] = [:],
        entries: Int64? = nil,
        purpose: String? = nil
    ) {
        self.at = at
        self.trailID = trailID
        self.who = who
        self.action = action
        self.question = question
        self.entries = entries
        self.purpose = purpose
    }

    /// The longest ``document(at:)``, in bytes. What is longer is refused: a log that grows by whatever somebody asks
    /// would fill the disk.
    static let maximumLength = 65_536

    /// The entry under its number as canonical JSON (RFC 8785): what the log stores and hashes.
    func document(at index: Int64) -> String {
        let json = CanonicalJSON(capacity: 512)
        json.append(raw: #"{"action":"#)
        json.append(text: self.action)
        json.append(raw: #","at":"#)
        json.append(time: self.at)
        if let entries = self.entries {
            json.append(raw: #","entries":"#)
            json.append(integer: entries)
        }
        json.append(raw: #","index":"#)
        json.append(integer: index)
        if let purpose = self.purpose {
            json.append(raw: #","purpose":"#)
            json.append(text: purpose)
        }
        json.append(raw: #","question":"#)
        json.append(raw: EntryRow.document(self.question))
        json.append(raw: #","trail":"#)
        json.append(text: self.trailID)
        json.append(raw: #","who":"#)
        json.append(text: self.who)
        json.append(byte: 0x7D)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// The state of an access log that its service has put into the trail, where the trail's checkpoints cover it.
package struct AccessLogHead: Hashable, Sendable {
    /// How many entries the log had.
    package var size: Int64
    /// The root of the tree over them.
    package var root: MerkleHash

    package init(size: Int64, root: MerkleHash) {
        self.size = size
        self.root = root
    }

    /// - Returns: `nil` unless these are the details of an ``ServiceEntry/Kind/accessLogged`` entry.
    package init?(details: [String: String]) {
        guard let size = details["size"].flatMap({ Int64($0) }), size > 0,
            let root = details["root"].flatMap({ Base64.decode($0) }).flatMap({ MerkleHash($0) })
        else { return nil }
        self.init(size: size, root: root)
    }

    /// - Parameter row: a row that begins with ``EntryColumn``'s columns.
    init?(_ row: StatementHandle) {
        guard let text = row.exactText(EntryColumn.details.rawValue),
            let details = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        else { return nil }
        self.init(details: details)
    }

    /// What the trail's entry says.
    package var details: [String: String] {
        ["size": "\(self.size)", "root": Base64.encode(self.root.bytes)]
    }
}
