import ValidationPipeline

extension FuzzTarget {
    /// A line with the committed offset, and its metadata.
    static let committedProgress = FuzzTarget(
        "committed-progress",
        seeds: [
            "10\n" + CommittedProgress(open: [], end: 10, trailID: "t", nextIndex: 0).metadata,
            "10\n"
                + CommittedProgress(open: [10, 12, 900], end: 2000, trailID: "trail-1", firstIndex: 4, nextIndex: 9)
                .metadata,
            "0\n" + CommittedProgress(open: Array(0..<700), end: 701, trailID: "t", nextIndex: .max).metadata,
        ],
        pieces: ["lv1.", "lv2.", ".", "AA", "_w", "gA", "gICAgICAgICAAQ", "/+==", "-1"]
    ) { input in
        var rules = Rules()
        let line = input.prefix { $0 != 0x0A }
        let offset = Int64(String(decoding: line, as: UTF8.self)) ?? 10
        let metadata = String(decoding: input.dropFirst(line.count + 1), as: UTF8.self)
        guard let progress = CommittedProgress(offset: offset, metadata: metadata) else { return [] }
        rules.expect(progress.offset == offset, "the first open offset is the committed one")
        rules.expect(progress.open == Array(Set(progress.open)).sorted(), "open offsets ascend")
        rules.expect(progress.open.count <= CommittedProgress.maximumOpen, "open offsets are bounded")
        rules.expect(progress.open.allSatisfy { $0 < progress.end }, "open offsets lie before the end")
        rules.expect((0...progress.nextIndex).contains(progress.firstIndex), "the range of entries is one")
        rules.expect(
            CommittedProgress(offset: offset, metadata: progress.metadata) == progress,
            "progress that is written is read as the same"
        )
        return rules.broken
    }
}
