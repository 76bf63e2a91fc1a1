import Foundation
import HostileInput
import LoginContracts
import Testing

/// The records that say what was replayed.
@Suite struct ReplayMarkerTests {
    typealias Header = SourceRecord.Header

    static func marker(_ ranges: [ClosedRange<Int64>]) -> ReplayMarker {
        var offsets = OffsetSet()
        for range in ranges { offsets.insert(range) }
        return ReplayMarker(
            clusterID: "cluster",
            partition: SourcePartition(topic: "letters", partition: 2),
            destination: "login.events",
            offsets: offsets,
            replayedAt: Timestamp(1_769_900_000_000)
        )
    }

    static func decode(_ value: [UInt8]?, version: String = "1", offset: Int64 = 100) -> DeadLetterDecoder.Content {
        DeadLetterDecoder().decode(
            .login(value, headers: [Header("login-validator.replay-marker", version)], offset: offset)
        )
    }

    @Test(
        arguments: [[0...0], [3...7, 9...9], (0..<500).map { Int64($0 * 2)...Int64($0 * 2) }] as [[ClosedRange<Int64>]]
    )
    func markerIsReadBackAndValidBySchema(_ ranges: [ClosedRange<Int64>]) throws {
        let marker = Self.marker(ranges)
        let encoded = try marker.encode()
        guard case .replayMarker(let read) = Self.decode(encoded.value, offset: 10_000) else {
            Issue.record("Not read back")
            return
        }
        #expect(read == marker)
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(encoded.value ?? []))
        #expect(try SchemaFolder.schema("replay-marker").problems(of: document) == [])
        #expect((encoded.value?.count ?? 0) < 20_000)
    }

    static let hostileValues: [String] = [
        "", "{}", "[]", "null", "not JSON", String(repeating: "[", count: 70_000),
        json(offsets: "[]"), json(offsets: "[[3]]"), json(offsets: "[[3,4,5]]"),
        json(offsets: "[[4,3]]"), json(offsets: "[[-1,3]]"), json(offsets: "[[3,100]]"),
        json(offsets: "[[0,9223372036854775807]]"), json(offsets: "[[0,9223372036854775808]]"),
        json(offsets: "[[1.5,2]]"), json(offsets: #"[["1",2]]"#),
        json(offsets: "[" + (0...500).map { _ in "[1,1]" }.joined(separator: ",") + "]"),
        json(offsets: "[[1,1]]", time: "yesterday"),
    ]

    @Test(arguments: hostileValues)
    func hostileMarkerIsBrokenAndMarksNothing(_ value: String) {
        guard case .brokenReplayMarker(let problem) = Self.decode(Array(value.utf8)) else {
            Issue.record("Taken for a marker")
            return
        }
        #expect(problem.header == "login-validator.replay-marker" && !problem.rule.isEmpty)
    }

    @Test func otherVersionAndTombstoneAreBroken() throws {
        let value = try Self.marker([1...1]).encode().value
        for content in [Self.decode(value, version: "2"), Self.decode(nil)] {
            guard case .brokenReplayMarker = content else {
                Issue.record("Taken for a marker")
                continue
            }
        }
    }

    static func json(offsets: String, time: String = "2026-01-31T10:00:00.000Z") -> String {
        """
        {"clusterId":"c","topic":"t","partition":0,"replayedTo":"d","replayedAt":"\(time)","offsets":\(offsets)}
        """
    }

    @Test func offsetSetIsASetOfOffsets() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var offsets = OffsetSet()
            var plain: Set<Int64> = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let first = Int64.random(in: 0...60, using: &random)
                let range = first...(first + Int64.random(in: 0...5, using: &random))
                offsets.insert(range)
                plain.formUnion(range)
            }
            #expect((0...70).filter { offsets.contains($0) } == plain.sorted())
            #expect(offsets.count == Int64(plain.count))
            for (one, next) in zip(offsets.ranges, offsets.ranges.dropFirst()) {
                #expect(one.upperBound + 1 < next.lowerBound)
            }
        }
        var offsets = OffsetSet()
        for offset in [9, 3, 5, 4] as [Int64] { offsets.insert(offset) }
        #expect(offsets.description == "3..5, 9")
    }
}
