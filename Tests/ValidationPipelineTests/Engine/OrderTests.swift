import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct OrderTests {
    @Test func recordsOfOneKeyGoOneAfterTheOther() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0, key: "a"), Logins.login(1, key: "a"), Logins.login(2, key: "b"))
        #expect(bench.asked == ["0-0", "0-2"])
        bench.answer(.kick, offset: 2)
        #expect(bench.asked == ["0-0"])
        bench.answer(.kick, offset: 0)
        #expect(bench.asked == ["0-1"])
        bench.answer(.kick, offset: 1)
        #expect(bench.outcomes.map(\.data.source.offset) == [2, 0, 1])
    }

    @Test func recordWithoutAKeyIsOrderedByItsPlayer() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0, playerId: "a"), Logins.login(1, playerId: "a"), Logins.login(2), Logins.login(3))
        #expect(bench.asked == ["0-0", "0-2", "0-3"])
    }

    @Test func retryingRecordHoldsItsKeyAndNoOther() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0, key: "slow"), Logins.login(1, key: "slow"))
        for offset in Int64(2)..<50 {
            bench.fail(offset: 0)
            bench.receive(Logins.login(offset, key: "k\(offset)"))
            bench.answer(.pass, offset: offset)
            if bench.deadLetters.count == 1 { break }
            #expect(!bench.asked.contains("0-1"))
            bench.advance(by: .seconds(10))
        }
        // It is given up after its individual failures; then the next of its key has its turn.
        #expect(bench.deadLetters.map(\.disposition) == [.undetermined])
        #expect(bench.asked == ["0-1"])
    }

    @Test func attemptsAtTheSameTimeAreLimited() {
        var bench = MachineBench { $0.limiter = .fixed(2) }
        bench.assign(0)
        bench.receive(Logins.login(0), Logins.login(1), Logins.login(2), Logins.login(3))
        #expect(bench.asked == ["0-0", "0-1"])
        bench.answer(.pass, offset: 1)
        #expect(bench.asked == ["0-0", "0-2"])
    }

    @Test func longLaneOfDefectiveRecordsIsNoRecursion() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0, key: "a"))
        for offset in Int64(1)..<700 { bench.receive(Logins.login(offset, key: "a", isDefective: true)) }
        #expect(bench.publications.isEmpty)
        bench.answer(.pass, offset: 0)
        bench.advance(by: .seconds(1))
        #expect(bench.deadLetters.count == 699)
        #expect(bench.deadLetters.map(\.record.offset) == Array(1..<700))
        #expect(bench.machine.heldRecords == 0)
    }

    /// The second of a lane is looked up as soon as the first is decided, though nothing else happens.
    @Test func nextOfALaneIsLookedUpAtOnce() {
        var bench = MachineBench()
        bench.assign(0, recordedThrough: 1)
        bench.receive(Logins.login(0, key: "a"), Logins.login(1, key: "a"))
        #expect(bench.lookUps.count == 1)
        let lookUps = bench.lookUps.removeFirst()
        bench.tell { $0.lookedUp(lookUps, found: .success([:]), now: $1) }
        bench.answer(.pass, offset: 0)
        #expect(bench.lookUps.map { $0.map(\.identity.offset) } == [[1]])
    }
}
