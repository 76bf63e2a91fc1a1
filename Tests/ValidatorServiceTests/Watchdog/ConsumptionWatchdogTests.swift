import KafkaClient
import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

@Suite struct ConsumptionWatchdogTests {
    static let limit: Duration = .seconds(120)
    static let partition = SourcePartition(topic: "login.events", partition: 0)
    static let other = SourcePartition(topic: "login.events", partition: 1)

    /// A watchdog with a clock that is moved by hand.
    final class Bench {
        var watchdog = ConsumptionWatchdog(limit: ConsumptionWatchdogTests.limit)
        var now: Duration = .zero
        var turns: UInt64 = 0
        var answers: UInt64 = 0
        var isAssigned = true
        var reasons: Set<HoldReason> = []
        var isConsumerSilent = false
        var isEngineSilent = false
        var partitions = [PartitionGauges(partition: ConsumptionWatchdogTests.partition, epoch: 1, position: 10)]

        static let interval: Duration = .seconds(5)

        /// One sample after the usual interval.
        func step(_ interval: Duration = Bench.interval) -> ConsumptionWatchdog.Action {
            self.now += interval
            if !self.isConsumerSilent { self.turns += 1 }
            if !self.isEngineSilent { self.answers += 1 }
            let sample = ConsumptionWatchdog.Sample(
                consumerTurns: self.turns,
                engineAnswers: self.answers,
                isAssigned: self.isAssigned,
                partitions: self.isAssigned ? self.partitions : [],
                reasons: self.reasons
            )
            return self.watchdog.observe(sample, now: self.now)
        }

        func answer(_ findings: [SourcePartition: KafkaBacklogProbe.Finding]?) -> ConsumptionWatchdog.Action {
            self.watchdog.answered(findings)
        }

        /// Samples until there is something to do, or until the time is over.
        func run(_ duration: Duration) -> ConsumptionWatchdog.Action {
            let end = self.now + duration
            while self.now < end {
                let action = self.step()
                if action != .none { return action }
            }
            return .none
        }

        /// A stall of undelivered records, as far as the first question and its answer.
        func find(recordAt offset: Int64) -> ConsumptionWatchdog.Action {
            let action = self.run(ConsumptionWatchdogTests.limit * 2)
            guard case .ask = action else { return action }
            _ = self.answer([ConsumptionWatchdogTests.partition: .record(offset)])
            return self.run(ConsumptionWatchdogTests.limit)
        }
    }

    @Test func idleTopicIsAskedAboutAndLeftAlone() {
        let bench = Bench()
        for _ in 0..<50 {
            #expect(bench.run(.seconds(130)) == .ask([Self.partition: 10]))
            #expect(bench.answer([Self.partition: .none]) == .none)
        }
        #expect(!bench.watchdog.isInTrouble)
    }

    @Test func recordsThatComeAreNoStall() {
        let bench = Bench()
        for _ in 0..<1000 {
            bench.partitions[0].position += 1
            #expect(bench.step() == .none)
        }
    }

    @Test func undeliveredRecordIsAStallOnceItHadTimeToArrive() {
        let bench = Bench()
        #expect(bench.run(.seconds(130)) == .ask([Self.partition: 10]))
        #expect(bench.answer([Self.partition: .record(12)]) == .none)
        #expect(bench.run(.seconds(25)) == .none)
        guard case .recover(let stall) = bench.run(.seconds(20)) else {
            Issue.record("There is no recovery.")
            return
        }
        #expect(stall.cause == .delivery(Self.partition, offset: 12))
        #expect(stall.description.contains("login.events[0] holds a record at offset 12"))
        #expect(bench.watchdog.isInTrouble)
    }

    @Test func recordThatWasFoundAndThenArrivesIsNoStall() {
        let bench = Bench()
        #expect(bench.run(.seconds(130)) == .ask([Self.partition: 10]))
        #expect(bench.answer([Self.partition: .record(10)]) == .none)
        bench.partitions[0].position = 11
        #expect(bench.run(.seconds(115)) == .none)
        #expect(bench.run(.seconds(20)) == .ask([Self.partition: 11]))
    }

    @Test func unfinishedRecordsThatStayAreAStallWithoutAQuestion() {
        let bench = Bench()
        bench.partitions[0].unfinished = 3
        guard case .recover(let stall) = bench.run(.seconds(130)) else {
            Issue.record("There is no recovery.")
            return
        }
        #expect(stall.cause == .completion(Self.partition, unfinished: 3))
        #expect(stall.duration >= Self.limit)
    }

    @Test func oneStalledPartitionIsSeenWhileAnotherGoesOn() {
        let bench = Bench()
        bench.partitions.append(PartitionGauges(partition: Self.other, epoch: 1, position: 0, unfinished: 1))
        var last = ConsumptionWatchdog.Action.none
        for _ in 0..<30 where last == .none {
            bench.partitions[0].position += 100
            last = bench.step()
        }
        guard case .recover(let stall) = last else {
            Issue.record("There is no recovery.")
            return
        }
        #expect(stall.cause == .completion(Self.other, unfinished: 1))
    }

    @Test func recordsThatWaitForTheirNextAttemptAreNoStall() {
        let bench = Bench()
        bench.partitions[0].unfinished = 3
        bench.partitions[0].waitingRetries = 1
        #expect(bench.run(.seconds(3600)) == .none)
    }

    @Test(arguments: HoldReason.allCases)
    func knownReasonExcusesAndTheTimeBeginsAnewAfterIt(reason: HoldReason) {
        let bench = Bench()
        bench.partitions[0].unfinished = 3
        bench.reasons = [reason]
        #expect(bench.run(.seconds(3600)) == .none)
        bench.reasons = []
        #expect(bench.run(.seconds(115)) == .none)
        guard case .recover = bench.run(.seconds(20)) else {
            Issue.record("There is no recovery.")
            return
        }
    }

    @Test func brokersThatDoNotAnswerAreAReason() {
        let bench = Bench()
        for _ in 0..<20 {
            #expect(bench.run(.seconds(130)) == .ask([Self.partition: 10]))
            #expect(bench.answer(nil) == .none)
        }
    }

    @Test func partitionWithoutAnAnswerIsAskedAboutAgainLater() {
        let bench = Bench()
        #expect(bench.run(.seconds(130)) == .ask([Self.partition: 10]))
        #expect(bench.answer([:]) == .none)
        #expect(bench.run(.seconds(110)) == .none)
        #expect(bench.run(.seconds(30)) == .ask([Self.partition: 10]))
    }

    @Test func noSecondQuestionWhileOneIsUnderWay() {
        let bench = Bench()
        #expect(bench.run(.seconds(130)) == .ask([Self.partition: 10]))
        #expect(bench.run(.seconds(1000)) == .none)
    }

    @Test func sameStallAgainEndsTheService() {
        let bench = Bench()
        guard case .recover = bench.find(recordAt: 10) else {
            Issue.record("There is no recovery.")
            return
        }
        bench.partitions[0].epoch = 2
        guard case .giveUp(let stall) = bench.find(recordAt: 10) else {
            Issue.record("The service does not end.")
            return
        }
        #expect(stall.cause == .delivery(Self.partition, offset: 10))
    }

    @Test func stallAfterAPartitionHasMovedIsANewOne() {
        let bench = Bench()
        guard case .recover = bench.find(recordAt: 10) else {
            Issue.record("There is no recovery.")
            return
        }
        bench.partitions[0].epoch = 2
        #expect(bench.step() == .none)
        bench.partitions[0].position = 20
        #expect(bench.step() == .none)
        #expect(!bench.watchdog.isInTrouble)
        guard case .recover = bench.find(recordAt: 20) else {
            Issue.record("There is no second recovery.")
            return
        }
    }

    @Test func recordsThatComeInDoNotProveThatTheUnfinishedOnesMove() {
        let bench = Bench()
        bench.partitions[0].unfinished = 3
        guard case .recover = bench.run(.seconds(130)) else {
            Issue.record("There is no recovery.")
            return
        }
        // The records come again, and again none is completed.
        bench.partitions[0].epoch = 2
        bench.partitions[0].unfinished = 1
        #expect(bench.step() == .none)
        bench.partitions[0].unfinished = 3
        bench.partitions[0].position += 2
        #expect(bench.step() == .none)
        guard case .giveUp = bench.run(.seconds(130)) else {
            Issue.record("The service does not end.")
            return
        }
    }

    @Test func tooManyRecoveriesInAnHourEndTheService() {
        let bench = Bench()
        for round in 0..<ConsumptionWatchdog.maximumRecoveries {
            guard case .recover = bench.find(recordAt: 10) else {
                Issue.record("There is no recovery \(round).")
                return
            }
            bench.partitions[0].position += 1
            #expect(bench.step() == .none)
        }
        guard case .giveUp = bench.find(recordAt: 10) else {
            Issue.record("The service does not end.")
            return
        }
    }

    @Test func partitionThatWentToAnotherInstanceIsNoTroubleOfOurs() {
        let bench = Bench()
        guard case .recover = bench.find(recordAt: 10) else {
            Issue.record("There is no recovery.")
            return
        }
        bench.partitions = []
        #expect(bench.step() == .none)
        #expect(!bench.watchdog.isInTrouble)
        #expect(bench.run(.seconds(3600)) == .none)
    }

    @Test func missingAssignmentIsGivenTimeThenAskedAboutThenAStall() {
        let bench = Bench()
        bench.isAssigned = false
        #expect(bench.run(.seconds(355)) == .none)
        #expect(bench.run(.seconds(20)) == .ask([:]))
        guard case .recover(let stall) = bench.answer([:]) else {
            Issue.record("There is no recovery.")
            return
        }
        #expect(stall.cause == .assignment)
        #expect(bench.run(.seconds(355)) == .none)
        #expect(bench.run(.seconds(20)) == .ask([:]))
        guard case .giveUp = bench.answer([:]) else {
            Issue.record("The service does not end.")
            return
        }
    }

    @Test func emptyAssignmentIsAnAssignment() {
        let bench = Bench()
        bench.partitions = []
        #expect(bench.run(.seconds(7200)) == .none)
    }

    @Test func silentConsumerThreadEndsTheServiceWhateverTheReasons() {
        let bench = Bench()
        bench.isConsumerSilent = true
        bench.reasons = Set(HoldReason.allCases)
        guard case .giveUp(let stall) = bench.run(.seconds(130)) else {
            Issue.record("The service does not end.")
            return
        }
        #expect(stall.cause == .consumerThread)
    }

    @Test func silentEngineEndsTheService() {
        let bench = Bench()
        bench.isEngineSilent = true
        guard case .giveUp(let stall) = bench.run(.seconds(130)) else {
            Issue.record("The service does not end.")
            return
        }
        #expect(stall.cause == .engine)
    }

    @Test func processThatWasStoppedHasNotStoodStill() {
        let bench = Bench()
        bench.partitions[0].unfinished = 3
        #expect(bench.step() == .none)
        bench.isConsumerSilent = true
        bench.isEngineSilent = true
        for _ in 0..<5 { #expect(bench.step(.seconds(3600)) == .none) }
        bench.isConsumerSilent = false
        bench.isEngineSilent = false
        bench.partitions[0].unfinished = 2
        #expect(bench.step(.seconds(3600)) == .none)
    }
}
