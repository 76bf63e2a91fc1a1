import Foundation
package import PlatformClient
import Yams

extension ServiceConfiguration {
    mutating func readPlatform(_ reader: inout SettingReader, _ needs: Needs) {
        let standard = Platform()
        self.platform.baseURL = reader.text(.baseURL, default: standard.baseURL) ?? standard.baseURL
        self.platform.timeout = reader.duration(
            .timeout,
            default: standard.timeout,
            shown: "7s",
            in: .milliseconds(100)...(.seconds(120))
        )
        self.platform.maximumConnections = reader.number(
            .maximumConnections,
            default: standard.maximumConnections,
            in: 1...PlatformClientConfiguration.maximumMaximumConnections
        )
        self.platform.certificateAuthorityFile = reader.text(.certificateAuthorityFile)
        self.platform.allowsPlaintext = reader.flag(.allowPlaintext, default: false)
        self.readCredentials(&reader, needs)
        do {
            _ = try self.platform.clientConfiguration().validate()
            _ = try self.platform.apps()
        } catch let error as PlatformConfigurationError {
            reader.problems += error.problems.map { .init("PLATFORM_…: \($0.field)", "\($0.rule).") }
        } catch let error as ConfigurationError {
            reader.problems += error.problems
        } catch {
            reader.problems.append(.init(Setting.baseURL.name, "cannot be used: \(error)"))
        }
    }

    private mutating func readCredentials(_ reader: inout SettingReader, _ needs: Needs) {
        let appID = reader.text(.appID)
        let appSecret = reader.text(.appSecret)
        let adminKey = reader.text(.adminKey)
        let file = reader.text(.credentialsFile)
        switch (file, appID) {
        case (let file?, nil):
            self.platform.credentialsFile = file
            do throws(ConfigurationError) {
                self.platform.credentials = try CredentialsFile.read(file)
            } catch {
                reader.problems += error.problems
            }
            if let warning = BoundedFile.permissionWarning(file, named: Setting.credentialsFile.name) {
                self.warnings.append(warning)
            }
        case (nil, let appID?):
            for (setting, value) in [(Setting.appSecret, appSecret), (.adminKey, adminKey)] where value == nil {
                reader.problems.append(.init(setting.name, "is not set; PLATFORM_APP_ID needs it."))
            }
            guard let appSecret, let adminKey else { return }
            self.platform.credentials = [
                AppCredentials(kgAppId: appID, appSecret: Secret(appSecret), adminKey: Secret(adminKey))
            ]
        case (_?, _?):
            reader.problems.append(
                .init(Setting.credentialsFile.name, "and PLATFORM_APP_ID are both set; put all apps into the file.")
            )
        case (nil, nil):
            guard needs.contains(.credentials) else { return }
            reader.problems.append(
                .init(
                    Setting.appID.name,
                    "is not set; give one app with PLATFORM_APP_ID, PLATFORM_APP_SECRET and PLATFORM_ADMIN_KEY, or several "
                        + "with PLATFORM_CREDENTIALS_FILE."
                )
            )
        }
    }
}

extension ServiceConfiguration.Platform {
    /// What the core client is made with; the base URL is the default one.
    package func clientConfiguration() throws -> PlatformClientConfiguration {
        var configuration = PlatformClientConfiguration(baseURL: try self.checkedURL(self.baseURL))
        configuration.requestTimeout = self.timeout
        configuration.maximumConnections = self.maximumConnections
        configuration.additionalRootCertificates = self.certificateAuthorityFile
        return configuration
    }

    /// The apps with their credentials, ready for requests.
    package func apps() throws -> [AppAccess] {
        var problems: [ConfigurationError.Problem] = []
        var apps: [AppAccess] = []
        for (index, app) in self.credentials.enumerated() {
            let name = "\(self.credentialsFile == nil ? "PLATFORM_APP" : "PLATFORM_CREDENTIALS_FILE") app \(index)"
            do {
                let credentials = try PlatformCredentials(
                    kgAppId: app.kgAppId,
                    appSecret: app.appSecret.value,
                    adminKey: app.adminKey.value
                )
                apps.append(
                    AppAccess(credentials: credentials, baseURL: try self.checkedURL(app.baseURL ?? self.baseURL))
                )
            } catch let error as PlatformConfigurationError {
                problems += error.problems.map { .init("\(name): \($0.field)", "\($0.rule).") }
            }
        }
        let repeated = Dictionary(grouping: self.credentials, by: \.kgAppId).filter { $0.value.count > 1 }.keys
        problems += repeated.sorted().map { .init("kgAppId \($0)", "is in the credentials more than once.") }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return apps
    }

    /// The same, with the credentials file read again.
    func reloadingCredentials() throws -> Self {
        guard let credentialsFile else {
            throw ConfigurationError(problems: [
                .init(Setting.credentialsFile.name, "is not set, so there is nothing to read again.")
            ])
        }
        var platform = self
        platform.credentials = try CredentialsFile.read(credentialsFile)
        return platform
    }

    /// TLS, unless the host is this one or plain text is asked for: a token must not cross a network in the open.
    private func checkedURL(_ text: String) throws -> PlatformBaseURL {
        let url = try PlatformBaseURL(text)
        let isLocal = url.host == "localhost" || url.host.hasPrefix("127.") || url.host == "::1" || url.host == "[::1]"
        guard url.scheme == .https || isLocal || self.allowsPlaintext else {
            throw ConfigurationError(problems: [
                .init(
                    Setting.baseURL.name,
                    "must begin with https://; tokens and keys would cross the network in the open. "
                        + "PLATFORM_ALLOW_PLAINTEXT=true allows it."
                )
            ])
        }
        return url
    }
}

/// An app's credentials and where its tokens are validated.
package struct AppAccess: Sendable {
    package let credentials: PlatformCredentials
    package let baseURL: PlatformBaseURL
}

/// A YAML or JSON list of apps: kgAppId, appSecret, adminKey and optionally baseUrl.
enum CredentialsFile {
    static let maximumApps = 10_000

    static func read(_ path: String) throws(ConfigurationError) -> [AppCredentials] {
        let name = Setting.credentialsFile.name
        let root: Node?
        do throws(ConfigurationError.Problem) {
            root = try YAMLFile.read(path, named: name)
        } catch {
            throw ConfigurationError(problems: [error])
        }
        guard let list = root?.sequence ?? root?.mapping?["apps"]?.sequence, !list.isEmpty,
            list.count <= Self.maximumApps
        else {
            throw ConfigurationError(problems: [
                .init(name, "names \(path), which must be a list of 1 to \(Self.maximumApps) apps.")
            ])
        }
        var problems: [ConfigurationError.Problem] = []
        var apps: [AppCredentials] = []
        for (index, node) in list.enumerated() {
            func member(_ key: String) -> String? {
                guard let text = node.mapping?[key]?.scalar?.string, !text.isEmpty else { return nil }
                return text
            }
            if let id = member("kgAppId"), let secret = member("appSecret"), let key = member("adminKey") {
                let app = AppCredentials(
                    kgAppId: id,
                    appSecret: Secret(secret),
                    adminKey: Secret(key),
                    baseURL: member("baseUrl")
                )
                apps.append(app)
            } else {
                problems.append(.init("\(name) app \(index)", "needs kgAppId, appSecret and adminKey as texts."))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return apps
    }
}

extension ServiceConfiguration {
    /// What the entry of a start says about the configuration; nothing secret.
    var auditDetails: [String: String] {
        [
            "topic": self.kafka.loginEventsTopic, "group": self.kafka.groupID,
            "delivery": self.kafka.delivery.rawValue, "policy": self.policy.version,
            "apps": self.platform.credentials.map(\.kgAppId).sorted().prefix(100).joined(separator: " "),
            "platform": self.platform.baseURL,
        ]
    }
}
