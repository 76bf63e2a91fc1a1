import Foundation
import Testing

extension ServiceTests {
    /// The trail cannot be written, or is taken away, while the service runs: it holds, says why, and goes on by itself.
    struct StorageFaultTests {
        static let refusal = "The trail refuses; nothing is published until it accepts"
        /// More than the service takes in at a time, so that its memory would show whatever it keeps too much of.
        static let backlog = 4000

        @Test(
            .enabled(if: MountedFolder.isPossible, "Only root can mount a small file system."),
            arguments: ServiceTests.brokers
        )
        func aFullDiskPublishesNothingAndIsGotOver(isReal: Bool) async throws {
            let stack = try await Stack(
                isReal: isReal,
                platformArguments: ["--median-latency", "1", "--p99-latency", "5"]
            )
            let disk = try MountedFolder(stack.folder.path, mebibytes: 64)
            defer { disk.unmount() }
            let port = try Self.freePort()
            let service = try await stack.startService(["OPS_LISTEN": "127.0.0.1:\(port)"])
            try await Self.produce(100, seed: 1, stack)
            try await stack.waitForDecisions(100)
            #expect(try await Self.readiness(port).contains("\"trail\""))
            try disk.fill()
            try await Self.produce(Self.backlog, seed: 2, stack)
            try await service.waitForLog(Self.refusal)
            try await eventually("a service that is not ready") {
                let text = try await Self.readiness(port)
                return text.contains("Free space on its file system")
            }
            try await Self.expectFlatMemory(of: service)
            // What is published is recorded, and nothing is added while the disk is full.
            let published = try await stack.read(stack.names.outcomes)
            let recorded = Set(try await stack.decisions().map(\.index))
            for outcome in published {
                let index = try outcome.document()["auditIndex"] as? Int
                #expect(index.map(recorded.contains) == true)
            }
            #expect(recorded.count < Self.backlog)
            #expect(try await stack.read(stack.names.outcomes).count == published.count)
            disk.makeSpace()
            try await stack.waitForDecisions(100 + Self.backlog, within: .seconds(90))
            try await Self.expectWhole(stack, decisions: 100 + Self.backlog)
            #expect(try await service.terminate() == 0)
        }

        @Test func aDeletedTrailIsCopiedBackFromTheRunningService() async throws {
            let stack = try await Stack()
            let service = try await stack.startService()
            try await stack.produce(key: "1", value: event("invalid_fake-token-1", player: "1"))
            try await stack.waitForDecisions(1)
            for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: stack.trail + suffix) }
            try await stack.produce(key: "2", value: event("invalid_fake-token-2", player: "2"))
            try await service.waitForLog("nothing of it is lost: cp /proc/")
            #expect(try await stack.read(stack.names.outcomes).map(\.key) == ["1"])
            #expect(!FileManager.default.fileExists(atPath: stack.trail))
            let words = try #require(service.errors.components(separatedBy: "lost: cp ").last?.split(separator: " "))
            _ = try await Tool.run("cp", [String(words[0]), stack.trail])
            try await stack.waitForDecisions(2)
            #expect(Set(try await stack.read(stack.names.outcomes).map(\.key)) == ["1", "2"])
            #expect(try await service.terminate() == 0)
            try await Self.expectWhole(stack, decisions: 2)
        }

        /// The checkpoint in Kafka knows better than a copy of the trail from before.
        @Test func anOlderCopyOfTheTrailIsRefusedAtTheStart() async throws {
            let stack = try await Stack()
            let first = try await stack.startService()
            try await stack.produce(key: "1", value: event("ok_fake-token-1", player: "1"))
            try await stack.waitForDecisions(1)
            #expect(try await first.terminate() == 0)
            let copy = stack.folder.file("copy.db")
            try FileManager.default.copyItem(atPath: stack.trail, toPath: copy)
            let second = try await stack.startService()
            for number in 2..<12 {
                try await stack.produce(key: "\(number)", value: event("ok_fake-token-\(number)", player: "\(number)"))
            }
            try await stack.waitForDecisions(11)
            #expect(try await second.terminate() == 0)
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: stack.trail + suffix) }
            try FileManager.default.copyItem(atPath: copy, toPath: stack.trail)
            let third = try stack.launchService()
            #expect(try await third.waitForExit(within: .seconds(60)) == 1)
            #expect(third.errors.contains("an older copy has taken its place"))
        }

        private static func produce(_ count: Int, seed: Int, _ stack: Stack) async throws {
            let run = try await Program.run([
                "simulate", "events", "--bootstrap-servers", stack.bootstrapServers, "--topic", stack.names.events,
                "--count", "\(count)", "--seed", "\(seed)",
            ])
            #expect(run.status == 0, "\(run.errors)")
        }

        /// A port that was free a moment ago.
        private static func freePort() throws -> Int {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
                }
            }
            guard result == 0 else { throw Failure("No port is free.") }
            return Int(UInt16(bigEndian: address.sin_port))
        }

        private static func readiness(_ port: Int) async throws -> String {
            try await Tool.run("curl", ["--silent", "http://127.0.0.1:\(port)/readyz"])
        }

        /// The service retries, and gets nothing more into memory than its window.
        private static func expectFlatMemory(of service: Running) async throws {
            var samples: [Int] = []
            try await eventually("samples of the memory", every: .milliseconds(200)) {
                samples.append(try service.residentKibibytes())
                return samples.count == 16
            }
            let early = samples[4...7].max() ?? 0
            let late = samples.suffix(4).max() ?? 0
            #expect(late < early + 8 * 1024, "\(samples) KiB")
            #expect(late < 150 * 1024, "\(samples) KiB")
        }

        private static func expectWhole(_ stack: Stack, decisions: Int) async throws {
            let rows = try await stack.decisions()
            #expect(rows.count == decisions)
            #expect(Set(rows.map { [$0.partition, $0.offset] }).count == rows.count)
            let count = try await stack.count("SELECT count(*) FROM entries")
            #expect(try await stack.count("SELECT max(\"index\") + 1 FROM entries") == count)
            let deserving = rows.filter { ["kick", "lockout"].contains($0.decision) }.map(\.index)
            let published = try await stack.read(stack.names.outcomes)
                .map { try $0.document()["auditIndex"] as? Int ?? -1 }
            #expect(Set(published) == Set(deserving))
            #expect(try await stack.rows("PRAGMA integrity_check").first?["integrity_check"] as? String == "ok")
        }
    }
}
