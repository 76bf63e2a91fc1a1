import PlatformClient

extension ServiceConfiguration {
    mutating func readPlatform(_ reader: inout SettingReader, _ needs: Needs) {
        let standard = Platform()
        self.platform.baseURL = reader.text(.baseURL, default: standard.baseURL) ?? standard.baseURL
        self.readCredentials(&reader, needs)
        self.platform.timeout = reader.duration(
            .timeout,
            default: standard.timeout,
            in: .milliseconds(100)...(.seconds(120))
        )
        if self.platform.timeout < Self.platformsOwnTimeout {
            reader.warnings.append(
                "\(Setting.timeout.name) is shorter than the platform's own time-out of 5s, so answers that would have "
                    + "come are given up."
            )
        }
        self.platform.maximumConnections = reader.number(
            .maximumConnections,
            default: standard.maximumConnections,
            in: 1...PlatformClientConfiguration.maximumMaximumConnections
        )
        self.platform.maximumCallsPerSecond = reader.value(
            .maximumCallsPerSecond,
            default: nil,
            shown: "off",
            rule: "off, or a whole number from 1 to \(Self.maximumMaximumCallsPerSecond)"
        ) { text in
            if text.lowercased() == "off" { return .some(nil) }
            return Int(digits: text).flatMap { (1...Self.maximumMaximumCallsPerSecond).contains($0) ? .some($0) : nil }
        }
        self.readCertificateAuthorities(&reader)
        self.platform.allowsPlaintext = reader.flag(.allowPlaintext, default: false)
        if self.platform.allowsPlaintext {
            reader.warnings.append(
                "\(Setting.allowPlaintext.name) lets tokens and keys cross the network in the open."
            )
        }
        self.checkPlatform(&reader)
    }

    private static let maximumMaximumCallsPerSecond = 100_000
    /// After it the platform itself answers 503.
    private static let platformsOwnTimeout: Duration = .seconds(5)

    /// Builds what the service will build of these settings, for the problems that this finds.
    private func checkPlatform(_ reader: inout SettingReader) {
        do throws(ConfigurationError) {
            _ = try self.platform.clientConfiguration()
        } catch {
            for problem in error.problems {
                var problem = problem
                problem.origin = reader.layers.value(of: .baseURL)?.origin
                reader.problems.append(problem)
            }
            // Every app without a URL of its own would repeat the same problem.
            return self.checkApps(of: self.platform.withProductionURL, &reader)
        }
        self.checkApps(of: self.platform, &reader)
    }

    private func checkApps(of platform: Platform, _ reader: inout SettingReader) {
        do throws(ConfigurationError) {
            _ = try platform.apps()
        } catch {
            reader.problems += error.problems
        }
    }

    private mutating func readCertificateAuthorities(_ reader: inout SettingReader) {
        guard let path = reader.path(.certificateAuthorityFile) else { return }
        self.platform.certificateAuthorityFile = path
        do throws(ConfigurationError.Problem) {
            let name = reader.layers.problem(of: .certificateAuthorityFile)
            let file = try BoundedFile(path, named: name, maximumBytes: 4_194_304)
            if let warning = file.permissionWarning(path, named: name.key, holdsSecrets: false) {
                reader.warnings.append(warning)
            }
            if !file.text.contains("-----BEGIN CERTIFICATE-----") {
                reader.complain(about: .certificateAuthorityFile, "must name a PEM file with a certificate.")
            }
        } catch {
            reader.problems.append(error)
        }
    }
}

extension ServiceConfiguration.Platform {
    fileprivate var withProductionURL: Self {
        var platform = self
        platform.baseURL = ServiceConfiguration.Platform().baseURL
        return platform
    }
}
