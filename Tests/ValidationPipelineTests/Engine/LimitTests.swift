import LoginContracts
import Testing

@testable import ValidationPipeline

@Suite struct LimitTests {
    @Test func demandIsNeverMoreThanTheMaximum() {
        var random = SeededRandom(seed: 9)
        var bench = MachineBench { $0.limiter = .fixed(1000) }
        bench.assign(0)
        var received = 0
        var offset: Int64 = 0
        for _ in 0..<400 {
            let outstanding = bench.outstanding(0) - received
            #expect(outstanding >= 0 && outstanding <= CommittedProgress.maximumDemand)
            if outstanding > 0, random.chance(0.7) {
                let count = random.int(1...outstanding)
                let logins = (0..<count).map { Logins.login(offset + Int64($0)) }
                offset += Int64(count)
                received += count
                bench.tell { $0.received(logins, of: Logins.partition(0), epoch: 1, now: $1) }
            } else if !bench.attempts.isEmpty {
                for _ in 0..<random.int(1...bench.attempts.count) { bench.answer(.pass) }
                bench.advance(by: .milliseconds(20))
            }
            let open = bench.machine.partitions.values.first!.ledger.open.count
            #expect(open + bench.outstanding(0) - received <= CommittedProgress.maximumOpen)
        }
        #expect(offset > 300)
    }

    @Test func fullPartitionIsAskedForMoreWhenItsRecordsComplete() {
        var bench = MachineBench { $0.limiter = .fixed(1000) }
        bench.assign(0)
        for offset in 0..<Int64(CommittedProgress.maximumOpen) { bench.receive(Logins.login(offset)) }
        #expect(bench.outstanding(0) == CommittedProgress.maximumOpen)
        bench.answer(.pass, offset: 500)
        #expect(bench.outstanding(0) == CommittedProgress.maximumOpen + 1)
    }

    @Test func fullEngineAsksNobodyForMore() {
        var bench = MachineBench { $0.maximumRecords = 10 }
        bench.assign(0, 1)
        for offset in Int64(0)..<64 { bench.receive(Logins.login(offset)) }
        #expect(bench.outstanding(0) == 64)
        for offset in Int64(0)..<54 { bench.answer(.pass, offset: offset) }
        bench.advance(by: .seconds(1))
        #expect(bench.machine.heldRecords == 10)
        #expect(bench.outstanding(0) == 64)
        bench.answer(.pass, offset: 54)
        #expect(bench.outstanding(0) == 128)
    }

    @Test func bytesAreLimitedToo() {
        var bench = MachineBench { $0.maximumRecordBytes = 1000 }
        bench.assign(0)
        for offset in Int64(0)..<40 { bench.receive(Logins.login(offset, valueSize: 100)) }
        #expect(bench.outstanding(0) == 64)
        #expect(bench.machine.heldBytes == 4000)
        for offset in Int64(0)..<31 { bench.answer(.pass, offset: offset) }
        bench.advance(by: .seconds(1))
        #expect(bench.machine.heldBytes < 1000)
        #expect(bench.outstanding(0) == 104)
    }

    /// Whatever lets go of the records that filled the engine, the other partitions go on.
    @Test func revocationOfTheFullPartitionLetsTheOthersGoOn() {
        var bench = MachineBench { $0.maximumRecords = 10 }
        bench.assign(0)
        for offset in Int64(0)..<64 { bench.receive(Logins.login(offset)) }
        bench.assign(1, epoch: 2)
        #expect(bench.outstanding(1) == 0)
        bench.revoke(0)
        #expect(bench.outstanding(1) == 64)
    }

    @Test func cycleTakesNoMoreThanItsMaximum() {
        var bench = MachineBench {
            $0.maximumCycleRecords = 5
            $0.limiter = .fixed(100)
        }
        bench.holdsTrail = true
        bench.assign(0)
        for offset in Int64(0)..<20 { bench.receive(Logins.login(offset)) }
        while !bench.attempts.isEmpty { bench.answer(.kick) }
        while bench.outcomes.count < 20, bench.records.count < 20 { bench.recorded() }
        #expect(bench.records.map(\.entries.count).max() == 5)
        #expect(bench.outcomes.map(\.data.source.offset) == Array(0..<20))
    }

    @Test func loneEventWaitsForNobodyAndBusyCyclesAreSpaced() {
        var bench = MachineBench {
            $0.busyCycleRecords = 2
            $0.minimumCycleInterval = .milliseconds(10)
        }
        bench.assign(0)
        bench.receive(Logins.login(0))
        bench.answer(.kick)
        #expect(bench.publications.count == 1)
        bench.holdsTrail = true
        for offset in Int64(1)...5 { bench.receive(Logins.login(offset)) }
        while !bench.attempts.isEmpty { bench.answer(.kick) }
        bench.recorded()
        bench.recorded()
        #expect(bench.outcomes.count == 6)
        bench.holdsTrail = false
        bench.receive(Logins.login(6))
        bench.answer(.kick)
        #expect(bench.outcomes.count == 6)
        #expect(bench.machine.nextDeadline == .milliseconds(10))
        bench.advance(by: .milliseconds(10))
        #expect(bench.outcomes.count == 7)
    }

    @Test func marksWaitForADecisionToRideWithButNotForLong() {
        var bench = MachineBench()
        bench.assign(0)
        bench.receive(Logins.login(0), Logins.login(1))
        bench.answer(.kick)
        bench.advance(by: .milliseconds(100))
        #expect(bench.marks.isEmpty)
        bench.answer(.kick)
        #expect(bench.marks.map(\.index) == [0])
        bench.advance(by: .milliseconds(200))
        #expect(bench.marks.map(\.index) == [0, 1])
        #expect(bench.publications.count == 2)
        #expect(bench.machine.nextDeadline == nil)
    }
}
