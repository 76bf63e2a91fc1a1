import ArgumentParser
import Foundation
import ValidatorService

/// `guard status`: what the guards and the platform's hosts are doing.
struct GuardStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows each app's guard, why it has tripped and what to do, and each platform host."
    )

    @Option(help: "Only this app, by its kgAppId.")
    var app: String?

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    @OptionGroup var operations: OperationsOptions

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
    }

    func run() async throws {
        var report = try await self.operations.client().guardReport()
        if let app {
            report.apps = report.apps.filter { $0.kgAppId == app }
            if report.apps.isEmpty {
                throw CommandFailure(.failed, "The service has had no event of an app \(app) since its start.")
            }
        }
        Terminal.write(self.format == .json ? try JSON.document(report) : report.table)
    }
}

extension GuardReport {
    /// Apps, what to do about held ones, and hosts; for people.
    var table: String {
        var apps = TextTable([
            .init("APP"), .init("GUARD"), .init("CAUSE"), .init("SINCE"), .init("WAITING", isNumber: true),
            .init("WITHHELD", isNumber: true), .init("SCORE", isNumber: true), .init("USUAL KICKS", isNumber: true),
            .init("BREAKER"),
        ])
        for app in self.apps {
            apps.append([
                app.kgAppId, app.acceptsUntil.map { "accepting until \($0)" } ?? app.state.rawValue, app.cause ?? "-",
                app.since ?? "-", "\(app.waitingEvents)", "\(app.withheldKicks)", "\(app.surgeScore)",
                Self.percent(app.usualKickShare), app.breaker.rawValue,
            ])
        }
        var hosts = TextTable([
            .init("HOST"), .init("BREAKER"), .init("RUNNING", isNumber: true), .init("LIMIT", isNumber: true),
        ])
        for host in self.hosts {
            hosts.append([
                host.name, host.breaker.rawValue, "\(host.runningAttempts)", "\(host.concurrencyLimit)",
            ])
        }
        let advice = self.apps.compactMap { app in app.advice.map { Terminal.printable("\(app.kgAppId): \($0)") + "\n" }
        }
        let none = self.apps.isEmpty ? "No app has had an event yet.\n" : ""
        return none + (self.apps.isEmpty ? "" : apps.text) + (advice.isEmpty ? "" : "\n" + advice.joined())
            + (self.hosts.isEmpty ? "" : "\n" + hosts.text)
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
