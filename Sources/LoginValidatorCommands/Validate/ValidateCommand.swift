import ArgumentParser
import Foundation
import Logging
import LoginContracts
import PlatformClient
import ValidationPipeline
import ValidatorService

/// `validate`: one token through the core client and the verdict policy.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Validates one access token and says what the service would decide.",
        discussion: """
            The token comes from --token-file or stdin, never from the arguments. Nothing is recorded or published.

            Exit status: 0 pass, 10 kick, 11 lockout, 12 undetermined or rejected, 1 failed, 2 usage or configuration.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "The app, when credentials of several are configured.")
    var app: String?

    @Option(help: "Where the token was obtained: web, launcher, mobile or pc.")
    var platform: Platform?

    @Option(
        help: "How the player logged in: sdk, launcher or bridgeToken; launcher and bridgeToken imply the platform."
    )
    var loginMethod: LoginMethod?

    @Option(help: "The player the token should belong to.")
    var player: String?

    @Option(help: "A file with the token; stdin if not given.")
    var tokenFile: String?

    @Option(help: "table or json.")
    var format: OutputFormat = .table

    /// Attempts while the answer is one to try again.
    static let maximumAttempts = 3

    func validate() throws {
        if self.format != .table && self.format != .json { throw ValidationError("--format must be table or json.") }
        if self.platform == nil && self.loginMethod?.impliedPlatform == nil {
            throw ValidationError("--platform is needed, unless --login-method implies it.")
        }
        if let player, !player.isVisibleASCII(maximumLength: LoginEvent.maximumPlayerIDLength) {
            throw ValidationError("--player must be 1 to \(LoginEvent.maximumPlayerIDLength) visible ASCII characters.")
        }
    }

    func run() async throws {
        CoreDumps.suspend()
        let configuration = try self.options.load(requiresKafka: false)
        try CoreDumps.settle(areAllowed: configuration.allowsCoreDumps)
        for exposure in configuration.platform.exposures { Terminal.remark("warning: \(exposure.warning)\n") }
        let apps = try configuration.platform.apps()
        guard let app = self.app.map({ id in apps.first { $0.credentials.kgAppId == id } }) ?? apps.first,
            self.app != nil || apps.count == 1
        else {
            let known = apps.map(\.credentials.kgAppId).sorted().joined(separator: ", ")
            throw CommandFailure(.usage, "Name one of the configured apps with --app: \(known).")
        }
        guard let platform = self.loginMethod?.impliedPlatform ?? self.platform else {
            throw CommandFailure(.usage, "--platform is needed, unless --login-method implies it.")
        }
        let event = LoginEvent(
            kgAppId: app.credentials.kgAppId,
            accessToken: try TokenInput.read(from: self.tokenFile),
            platform: platform,
            loginMethod: self.loginMethod,
            playerId: self.player,
            eventID: "validate"
        )
        var clientConfiguration = try configuration.platform.clientConfiguration()
        clientConfiguration.baseURL = app.baseURL
        let client = try ValidationClient(configuration: clientConfiguration)
        let policy = VerdictPolicy(profile: configuration.policy.profile, overrides: configuration.policy.rows)
        let result = await self.ask(client, credentials: app.credentials, event: event, policy: policy)
        await client.shutdown()
        Terminal.write(try result.text(self.format))
        throw ExitCode(result.exitStatus)
    }

    private func ask(
        _ client: ValidationClient,
        credentials: PlatformCredentials,
        event: LoginEvent,
        policy: VerdictPolicy
    ) async -> ValidationResult {
        var result = ValidationResult()
        let request = ValidationRequest(
            kgAppId: event.kgAppId,
            platform: event.platform,
            accessToken: event.accessToken,
            playerId: event.playerId
        )
        for attempt in 1...Self.maximumAttempts {
            result.attempts = attempt
            do throws(ValidationClientError) {
                let answer = try await client.validate(request, credentials: credentials)
                let ruling = policy.ruling(for: answer.verdict, of: event)
                result.take(answer, ruling: ruling)
                if ruling.action != .retry { return result }
            } catch {
                result.error = "\(error)"
            }
            if attempt < Self.maximumAttempts { try? await Task.sleep(for: .milliseconds(300 * attempt)) }
        }
        return result
    }
}
