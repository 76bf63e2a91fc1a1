import Foundation
import Testing

extension ServiceTests {
    /// Consumption that stands still and says nothing, as a supervisor meets it.
    ///
    /// The stall is real: another member of the group has joined it and is frozen, so the group gives nobody any
    /// partitions until that member's session ends, which is a minute off. The brokers answer all the while.
    struct StallTests {
        private static func frozenMember(_ stack: Stack) async throws -> Running {
            let member = try Tool.start(
                "kcat",
                [
                    "-b", stack.bootstrapServers, "-X", "session.timeout.ms=60000", "-X", "enable.auto.commit=false",
                    "-X", "partition.assignment.strategy=range,roundrobin", "-X", "auto.offset.reset=latest",
                    "-G", stack.names.group, stack.names.events,
                ]
            )
            try await member.waitForLog("rebalanced")
            member.send(SIGSTOP)
            return member
        }

        private static let recovery = "Consumption stands still; the consumer gets a new client"

        @Test(arguments: ServiceTests.brokers)
        func standstillThatANewClientDoesNotEndEndsTheProcess(isReal: Bool) async throws {
            let stack = try await Stack(isReal: isReal)
            let member = try await Self.frozenMember(stack)
            let service = try stack.launchService(["STALL_TIMEOUT": "2s"])
            #expect(try await service.waitForExit(within: .seconds(60)) != 0)
            #expect(service.errors.components(separatedBy: Self.recovery).count == 2)
            #expect(service.errors.contains("has given no assignment for"))
            member.end()
        }

        /// The embedded broker waits for the frozen member also when that has left.
        @Test(.enabled(if: Stack.realBroker != nil, "Set KAFKA_BOOTSTRAP_SERVERS"))
        func standstillThatEndsIsToldAndOver() async throws {
            let stack = try await Stack(isReal: true)
            let member = try await Self.frozenMember(stack)
            let service = try stack.launchService(["STALL_TIMEOUT": "4s"])
            let address = try await stack.operations(of: service)
            try await service.waitForLog(Self.recovery)
            let ready = try await stack.get("/readyz", of: address)
            #expect(ready.status == 503 && ready.body.contains("has given no assignment"), "\(ready.body)")
            member.send(SIGCONT)
            try await member.terminate()
            try await service.waitForLog("Partitions assigned")
            try await stack.produce(key: "1", value: event("ok_fake-token-1", player: "1"))
            try await stack.waitForDecisions(1)
            try await eventually("readiness") { try await stack.get("/readyz", of: address).status == 200 }
            let metrics = try await stack.get("/metrics", of: address)
            #expect(metrics.body.contains("login_validator_stalls_total{cause=\"assignment\"} 1\n"), "\(metrics.body)")
            #expect(try await service.terminate() == 0)
        }
    }
}
