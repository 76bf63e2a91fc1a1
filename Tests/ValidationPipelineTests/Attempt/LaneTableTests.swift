import Testing

@testable import ValidationPipeline

@Suite struct LaneTableTests {
    static func key(_ text: String, partition: UInt64 = 0) -> LaneKey {
        LaneKey(partition: PartitionSlot(number: partition), key: Array(text.utf8))
    }

    @Test func oneOfALaneIsOnItsWay() {
        var lanes = LaneTable()
        func enter(_ key: LaneKey, _ flight: FlightID) -> Bool { lanes.enter(key, flight) }
        func leave(_ key: LaneKey) -> FlightID? { lanes.leave(key) }
        let (first, second, third, other) = (
            FlightID(number: 1), FlightID(number: 2), FlightID(number: 3), FlightID(number: 4)
        )
        #expect(enter(Self.key("a"), first))
        #expect(!enter(Self.key("a"), second))
        #expect(!enter(Self.key("a"), third))
        #expect(enter(Self.key("b"), other))
        #expect(leave(Self.key("a")) == second)
        #expect(leave(Self.key("a")) == third)
        #expect(leave(Self.key("a")) == nil)
        #expect(leave(Self.key("b")) == nil)
        #expect(lanes.isEmpty)
        #expect(enter(Self.key("a"), first))
    }

    @Test func lanesOfPartitionsAreIndependent() {
        var lanes = LaneTable()
        func enter(_ key: LaneKey, _ flight: FlightID) -> Bool { lanes.enter(key, flight) }
        func leave(_ key: LaneKey) -> FlightID? { lanes.leave(key) }
        #expect(enter(Self.key("a", partition: 1), FlightID(number: 1)))
        #expect(enter(Self.key("a", partition: 2), FlightID(number: 2)))
        #expect(!enter(Self.key("a", partition: 2), FlightID(number: 3)))
        lanes.remove(partition: PartitionSlot(number: 2))
        #expect(!lanes.isEmpty)
        #expect(enter(Self.key("a", partition: 2), FlightID(number: 4)))
        #expect(leave(Self.key("a", partition: 1)) == nil)
    }
}
