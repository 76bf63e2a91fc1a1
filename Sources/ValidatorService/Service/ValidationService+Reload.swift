import AuditTrail
import Logging
import UnixSignals
import ValidationPipeline

extension ValidationService {
    /// SIGHUP reads the credentials file again; one that cannot be used changes nothing.
    func reloadOnHangup(_ parts: ServiceParts) async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { await self.reload(parts) }
    }

    /// The entry comes first: credentials that the trail knows nothing of are never used.
    private func reload(_ parts: ServiceParts) async {
        let platform: ServiceConfiguration.Platform
        let apps: [AppAccess]
        do throws(ConfigurationError) {
            platform = try self.configuration.platform.reloadingCredentials()
            apps = try platform.apps()
        } catch {
            self.logger.error("Credentials not reloaded", metadata: ["error": "\(error)"])
            return
        }
        let configuration = self.configuration
        let names = platform.credentials.map(\.kgAppId).sorted().prefix(100).joined(separator: " ")
        do {
            _ = try await Self.blocking {
                try parts.trail.append(
                    configuration.entry(
                        .configurationChanged,
                        "The credentials file was read again.",
                        details: ["apps": names, "count": "\(platform.credentials.count)"]
                    )
                )
            }
        } catch {
            self.logger.error(
                "Credentials not reloaded: the trail refuses the entry about it; send SIGHUP again when it accepts",
                metadata: ["error": "\(error)"]
            )
            return
        }
        parts.credentials.replace(with: apps)
        parts.engine.credentialsReplaced()
        self.logger.notice("Credentials reloaded", metadata: ["apps": "\(apps.count)"])
    }
}
