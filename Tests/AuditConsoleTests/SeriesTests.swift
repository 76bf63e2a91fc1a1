import AuditTrail
import LoginContracts
import Testing

/// Counting over time in parts.
@Suite struct SeriesTests {
    @Test(arguments: [1, 7, 50, 1000])
    func theCountsOfAllPartsAddUpToTheWholes(_ maximumScan: Int64) throws {
        let trail = try SampleTrail(decisions: 120)
        let reader = try TrailReader(path: trail.path)
        defer { reader.close() }
        var query = TrailQuery()
        query.from = Timestamp(SampleTrail.start)
        query.to = Timestamp(SampleTrail.start + 100_000)
        let whole = try reader.series(query, span: .seconds(10))
        #expect(whole.counts.values.reduce(0, +) == 100)
        #expect(whole.nextAfter == nil)
        query.maximumScan = maximumScan
        var counts: [TrailSeries.Key: Int64] = [:]
        repeat {
            let part = try reader.series(query, span: .seconds(10))
            #expect(part.lookedAt <= maximumScan)
            counts.merge(part.counts) { $0 + $1 }
            query.after = part.nextAfter
        } while query.after != nil
        #expect(counts == whole.counts)
    }

    @Test func aSeriesNeedsTimesThatAreNotTooFarApart() throws {
        let trail = try SampleTrail(decisions: 1)
        let reader = try TrailReader(path: trail.path)
        defer { reader.close() }
        var query = TrailQuery()
        #expect(throws: TrailError.self) { try reader.series(query, span: .seconds(1)) }
        query.from = Timestamp(0)
        query.to = Timestamp(TrailSeries.maximumSpans * 1000 + 1)
        #expect(throws: TrailError.self) { try reader.series(query, span: .seconds(1)) }
        #expect(throws: TrailError.self) { try reader.series(query, span: .zero) }
        #expect(throws: Never.self) { try reader.series(query, span: .seconds(2)) }
    }

    @Test func timesBefore1970FallIntoTheSpanThatHoldsThem() throws {
        let trail = try SampleTrail(decisions: 1, start: -1)
        let reader = try TrailReader(path: trail.path)
        defer { reader.close() }
        var query = TrailQuery()
        query.from = Timestamp(-60_000)
        query.to = Timestamp(60_000)
        #expect(try reader.series(query, span: .seconds(60)).counts.keys.map(\.start) == [Timestamp(-60_000)])
    }

    @Test func theDeliveryOfAnEntryIsFound() throws {
        let trail = try SampleTrail(decisions: 700)
        let reader = try TrailReader(path: trail.path)
        defer { reader.close() }
        #expect(try reader.deliveryIndex(of: 1) == 501)
        #expect(try reader.deliveryIndex(of: 500) == 501)
        #expect(try reader.deliveryIndex(of: 502) == 702)
        for index: Int64 in [0, 501, 702, 5000, -1, .max, .min] { #expect(try reader.deliveryIndex(of: index) == nil) }
    }
}
