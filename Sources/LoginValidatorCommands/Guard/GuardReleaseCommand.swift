import ArgumentParser
import Foundation
import LoginContracts
import ValidatorService

/// `guard release`: an operator accepts the kicks.
struct GuardReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Releases the guard of an app, or of all: the kicks are accepted and published.",
        discussion: """
            The app's waiting events are validated again, and every kick is final for GUARD_ACCEPTANCE_PERIOD. The release is \
            an entry of the audit trail. When the credentials are wrong, do not release: correct them and send SIGHUP.

            A service that sets OPS_TOKEN, or listens beyond its own machine, wants that token: give it in OPS_TOKEN or \
            OPS_TOKEN_FILE.
            """
    )

    @Option(help: "The app, by its kgAppId.")
    var app: String?

    @Flag(help: "Every app whose guard has tripped.")
    var all = false

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    @OptionGroup var operations: OperationsOptions

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
        guard (self.app == nil) == self.all else { throw ValidationError("Give --app ID or --all, one of them.") }
        if let app {
            let isID =
                (1...LoginEvent.maximumAppIDLength).contains(app.utf8.count)
                && app.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isID else {
                throw ValidationError("--app must be 1 to \(LoginEvent.maximumAppIDLength) digits.")
            }
        }
    }

    func run() async throws {
        let client = try self.operations.client()
        let release = try await client.releaseGuards(kgAppId: self.app, requester: NSUserName())
        if self.format == .json {
            Terminal.write(try JSON.document(release))
        } else if release.released.isEmpty {
            Terminal.write("No guard was tripped; nothing has changed.\n")
        } else {
            Terminal.write("Released: \(Terminal.printable(release.released.joined(separator: ", ")))\n")
        }
    }
}
