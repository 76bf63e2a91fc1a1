import Foundation
import Testing

/// What somebody else on the machine, or whoever reads the log, sees of the service's secrets and of how they travel.
extension ServiceTests {
    @Test func processShowsNoSecretAndLeavesNoCore() async throws {
        let stack = try await Stack()
        let service = try await stack.startService()
        let limits = service.procFile("limits").split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(limits?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
        for name in ["cmdline", "comm", "status"] {
            let text = service.procFile(name)
            #expect(!text.isEmpty)
            #expect(!text.contains("simulated-app-secret") && !text.contains("simulated-admin-key"))
        }
        #expect(try await service.terminate() == 0)
    }

    @Test func coreDumpsAreAllowedOnRequestOnly() async throws {
        let stack = try await Stack()
        let service = try await stack.startService(["CORE_DUMPS": "true"])
        let own = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8).split(separator: "\n")
        let theirs = service.procFile("limits").split(separator: "\n")
        #expect(theirs.first { $0.hasPrefix("Max core") } == own.first { $0.hasPrefix("Max core") })
        #expect(service.errors.contains("CORE_DUMPS lets a crash write"))
        #expect(try await service.terminate() == 0)
    }

    /// Told by `config check`, at every start, and kept in the trail.
    @Test func protectionThatIsLeftOutIsTold() async throws {
        let stack = try await Stack()
        let environment = try stack.environment()
        let properties = try String(contentsOfFile: environment["KAFKA_PROPERTIES_FILE"] ?? "", encoding: .utf8)
        let folder = try TemporaryFolder()
        let path = try folder.write(
            properties + "enable.ssl.certificate.verification=false\nssl.endpoint.identification.algorithm=none\n",
            to: "open.properties"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        let changes = ["KAFKA_PROPERTIES_FILE": path]
        let says = [
            "enable.ssl.certificate.verification=false", "ssl.endpoint.identification.algorithm=none", "without TLS",
            "chmod go-w \(path)",
        ]
        let check = try await Program.run(["config", "check"], environment: environment.merging(changes) { $1 })
        #expect(check.status == 0, "\(check.errors)")
        for text in says { #expect(check.errors.contains(text), "\(check.errors)") }
        let service = try await stack.startService(changes)
        for text in says { #expect(service.errors.replacing("\\/", with: "/").contains(text), "\(service.errors)") }
        #expect(try await service.terminate() == 0)
        let dump = try await Tool.run("sqlite3", ["-readonly", stack.trail, ".dump"])
        #expect(dump.contains("kafkaCertificateUnverified"))
    }
}
