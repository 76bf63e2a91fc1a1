import LoginContracts
import Synchronization
import Testing

@testable import ValidationPipeline

@Suite struct ValidationEngineTests {
    /// An engine whose threads stand still until a test turns them.
    struct Rig {
        let executor = HandCrankedExecutor()
        let thread = HandCrankedThread()
        let validator = FakeValidator()
        let journal = Journal()
        let trail: FakeTrail
        let engine: ValidationEngine

        init() {
            let trail = FakeTrail(journal: self.journal)
            self.trail = trail
            let journal = self.journal
            self.engine = ValidationEngine(
                machine: PipelineStateMachine(
                    configuration: PipelineConfiguration(instanceID: "test", policyVersion: "1"),
                    trailID: trail.trailID,
                    nextIndex: 0,
                    random: SeededRandom(seed: 1)
                ),
                executor: self.executor,
                blocking: self.thread,
                validator: self.validator,
                trail: trail,
                publisher: FakePublisher(journal: self.journal),
                demand: { partition, epoch, records in journal.note("demand \(records) of \(partition) in \(epoch)") },
                observe: { notice in if case .trailFailed = notice { journal.note("trail failed") } }
            )
        }

        func assignAndReceive(_ logins: IncomingLogin...) {
            self.engine.assigned([PartitionAssignment(partition: Logins.partition(0), committedOffset: nil)], epoch: 1)
            self.engine.received(logins, of: Logins.partition(0), epoch: 1)
        }

        /// The platform answers on the engine's executor.
        func answer(_ verdict: Verdict) {
            self.executor.execute { self.validator.answer(.answered(verdict, latency: .milliseconds(1))) }
            self.executor.runAll()
        }
    }

    @Test func callsOfOneThreadTakeEffectInTheirOrderAndNotBefore() {
        let rig = Rig()
        rig.assignAndReceive(Logins.login(0), Logins.login(1))
        #expect(rig.journal.lines.isEmpty && rig.validator.asked.isEmpty)
        rig.executor.runOne()
        #expect(rig.journal.lines == ["demand 64 of login.events[0] in 1"])
        #expect(rig.validator.asked.isEmpty)
        rig.executor.runOne()
        #expect(rig.validator.asked == ["login.events-0-0", "login.events-0-1"])
    }

    @Test func trailIsWrittenBeforeKafkaAndOneCallRunsAtATime() {
        let rig = Rig()
        rig.assignAndReceive(Logins.login(0), Logins.login(1))
        rig.executor.runAll()
        rig.answer(.kick)
        rig.answer(.kick)
        // One cycle runs; the second decision waits for it.
        #expect(rig.thread.count == 1)
        rig.thread.runOne()
        #expect(rig.journal.lines.last == "append 1 entries, 0 marks")
        #expect(rig.thread.count == 0)
        rig.executor.runAll()
        #expect(rig.thread.count == 1)
        rig.thread.runOne()
        #expect(rig.journal.lines.last == "publish 1 outcomes")
        rig.executor.runAll()
        rig.thread.runOne()
        #expect(rig.journal.lines.last == "append 1 entries, 1 marks")
    }

    @Test func lookUpsRunOnTheBlockingThread() {
        let rig = Rig()
        rig.engine.assigned(
            [PartitionAssignment(partition: Logins.partition(0), committedOffset: nil, recordedThrough: 5)],
            epoch: 1
        )
        rig.engine.received([Logins.login(0), Logins.login(1)], of: Logins.partition(0), epoch: 1)
        rig.executor.runAll()
        #expect(rig.validator.asked.isEmpty)
        rig.thread.runOne()
        #expect(rig.journal.lines.last == "look up 2")
        rig.executor.runAll()
        #expect(rig.validator.asked.count == 2)
    }

    @Test func failedAppendIsTriedAgainWhenTheClockSaysSo() {
        let rig = Rig()
        rig.trail.isFailing.withLock { $0 = true }
        rig.assignAndReceive(Logins.login(0))
        rig.executor.runAll()
        rig.answer(.kick)
        rig.thread.runOne()
        rig.executor.runAll()
        #expect(rig.journal.lines.suffix(2) == ["append 1 entries, 0 marks", "trail failed"])
        #expect(rig.executor.deadlines == [.milliseconds(100)])
        rig.trail.isFailing.withLock { $0 = false }
        rig.executor.advance(by: .milliseconds(99))
        #expect(rig.thread.count == 0)
        rig.executor.advance(by: .milliseconds(1))
        rig.thread.runOne()
        rig.executor.runAll()
        rig.thread.runOne()
        #expect(rig.journal.lines.last == "publish 1 outcomes")
    }

    @Test func wakeUpsFollowTheEarliestDeadline() {
        let rig = Rig()
        rig.assignAndReceive(Logins.login(0))
        rig.executor.runAll()
        #expect(rig.executor.deadlines.isEmpty)
        rig.executor.execute {
            rig.validator.answer(.failed(AttemptFailure(kind: "requestTimeout", message: "No answer.")))
        }
        rig.executor.runAll()
        #expect(rig.executor.deadlines.count == 1)
        rig.executor.advance(by: .milliseconds(200))
        #expect(rig.validator.asked == ["login.events-0-0"])
        #expect(rig.executor.deadlines.isEmpty)
    }

    @Test func revocationIsReleasedAfterTheTransaction() {
        let rig = Rig()
        rig.assignAndReceive(Logins.login(0))
        rig.executor.runAll()
        rig.answer(.kick)
        rig.thread.runOne()
        rig.executor.runAll()
        let journal = rig.journal
        rig.engine.revoked([Logins.partition(0)], epoch: 1) { journal.note("released") }
        rig.executor.runAll()
        #expect(rig.journal.lines.last != "released")
        rig.thread.runOne()
        rig.executor.runAll()
        #expect(rig.journal.lines.contains("released"))
        rig.engine.revoked([Logins.partition(0)], epoch: 1) { journal.note("released again") }
        rig.executor.runAll()
        #expect(rig.journal.lines.contains("released again"))
    }

    @Test func stopWaitsForWhatIsUnderWay() {
        let rig = Rig()
        rig.assignAndReceive(Logins.login(0))
        rig.executor.runAll()
        let journal = rig.journal
        rig.engine.stop(within: .seconds(5)) { journal.note("stopped") }
        rig.executor.runAll()
        rig.answer(.kick)
        while rig.thread.runOne() { rig.executor.runAll() }
        #expect(
            rig.journal.lines.dropFirst() == [
                "append 1 entries, 0 marks", "publish 1 outcomes", "append 0 entries, 1 marks", "stopped",
            ]
        )
    }

    @Test func stopGivesUpAtItsLimit() {
        let rig = Rig()
        rig.assignAndReceive(Logins.login(0))
        rig.executor.runAll()
        let journal = rig.journal
        rig.engine.stop(within: .seconds(5)) { journal.note("stopped") }
        rig.executor.runAll()
        rig.executor.advance(by: .seconds(5))
        #expect(rig.journal.lines.last == "stopped")
        rig.answer(.kick)
        #expect(rig.thread.count == 0)
    }
}
