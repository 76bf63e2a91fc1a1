import Foundation
import LoginContracts

extension FuzzTarget {
    /// Lines: the texts of an outcome, which come from the event and from the platform.
    static let outcome = FuzzTarget(
        "outcome",
        seeds: [
            "7001\nsession-42\nserver\nevent\nToken is invalid. (401.-29401)\nnormal\nlockout\nhttps://example.com/x"
        ],
        pieces: ["\n\n", "session", #"\""#, "\u{2028}", "</script>"]
    ) { input in
        var rules = Rules()
        let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        func line(_ index: Int) -> String? { index < lines.count ? lines[index] : nil }
        let record = SourceRecord(
            partition: SourcePartition(topic: "t", partition: 0),
            offset: .max,
            timestamp: nil,
            key: nil,
            value: input
        )
        let entry = ValidationEntry(
            identity: RecordIdentity(of: record, clusterID: "c"),
            recordedAt: Timestamp(0),
            eventID: line(3) ?? "",
            kgAppId: "1",
            playerId: line(0),
            sessionId: line(1),
            platform: .pc,
            decision: .lockout,
            reason: .lockedOut,
            httpStatus: 463,
            message: line(4),
            playerStatus: line(5),
            lockout: Lockout(id: line(2), memo: line(4)),
            instanceID: "i",
            policyVersion: "guarded"
        )
        let redirect = Verdict.Redirect(target: line(6), url: line(7))
        let outcome = Outcome(entry: entry, index: .max, event: nil, redirect: redirect)
        for mode in OutcomeEncoder.Mode.allCases {
            guard let record = try? OutcomeEncoder(mode: mode, source: "/s").encode(outcome) else {
                rules.expect(false, "every outcome can be written")
                continue
            }
            let value = Data(record.value ?? [])
            let read =
                mode == .binary
                ? try? JSONDecoder().decode(OutcomeData.self, from: value)
                : try? JSONDecoder().decode(Envelope.self, from: value).data
            rules.expect(read == outcome.data, "\(mode): an outcome that is written is read as the same")
            for header in record.headers where header.name.hasPrefix("ce_") {
                rules.expect(header.value?.isEmpty == false, "no attribute is empty")
            }
        }
        return rules.broken
    }

    private struct Envelope: Decodable {
        var data: OutcomeData
    }
}
