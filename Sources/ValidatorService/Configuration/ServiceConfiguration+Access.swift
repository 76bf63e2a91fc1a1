import HTTPListener
package import PlatformClient

/// An app's credentials and where its tokens are validated.
package struct AppAccess: Sendable {
    package let credentials: PlatformCredentials
    package let baseURL: PlatformBaseURL
    /// Names the host behind the base URL, for what is known of each host.
    package let hostName: String

    package init(credentials: PlatformCredentials, baseURL: PlatformBaseURL) {
        self.credentials = credentials
        self.baseURL = baseURL
        self.hostName = "\(baseURL.host):\(baseURL.port)"
    }
}

extension ServiceConfiguration.Platform {
    /// What the core client is made with; the base URL is the default one.
    package func clientConfiguration() throws(ConfigurationError) -> PlatformClientConfiguration {
        let url = try self.checkedURL(self.baseURL, named: .init(.baseURL, nil, ""))
        var configuration = PlatformClientConfiguration(baseURL: url)
        configuration.requestTimeout = self.timeout
        configuration.maximumConnections = self.maximumConnections
        configuration.additionalRootCertificates = self.certificateAuthorityFile
        do throws(PlatformConfigurationError) {
            try configuration.validate()
        } catch {
            throw ConfigurationError(problems: error.problems.map { .init("PLATFORM_… \($0.field)", "\($0.rule).") })
        }
        return configuration
    }

    /// The apps with their credentials, ready for requests.
    ///
    /// - Throws: ``ConfigurationError`` with every app's problems.
    package func apps() throws(ConfigurationError) -> [AppAccess] {
        var problems: [ConfigurationError.Problem] = []
        var apps: [AppAccess] = []
        var first: [String: Int] = [:]
        for (index, app) in self.credentials.enumerated() {
            let credentials: PlatformCredentials
            do throws(PlatformConfigurationError) {
                credentials = try PlatformCredentials(
                    kgAppId: app.kgAppId,
                    appSecret: app.appSecret.value,
                    adminKey: app.adminKey.value
                )
            } catch {
                problems += error.problems.map { self.problem(of: $0.field, index, "\($0.rule).") }
                continue
            }
            if let earlier = first.updateValue(index, forKey: app.kgAppId) {
                problems.append(self.problem(of: "kgAppId", index, "is also that of app \(earlier); remove one."))
            }
            do throws(ConfigurationError) {
                let name = self.problem(of: "baseUrl", index, "")
                let url = try self.checkedURL(app.baseURL ?? self.baseURL, named: name)
                apps.append(AppAccess(credentials: credentials, baseURL: url))
            } catch {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return apps
    }

    /// A problem of one app's field, named by where it was set.
    private func problem(of field: String, _ index: Int, _ rule: String) -> ConfigurationError.Problem {
        guard self.credentialsFile == nil else {
            return .init("PLATFORM_CREDENTIALS_FILE app \(index): \(field)", rule)
        }
        switch field {
        case "kgAppId": return .init(.appID, nil, rule)
        case "appSecret": return .init(.appSecret, nil, rule)
        case "adminKey": return .init(.adminKey, nil, rule)
        default: return .init(.baseURL, nil, rule)
        }
    }

    /// TLS, unless the host is this one or plain text is asked for: a token must not cross a network in the open.
    private func checkedURL(
        _ text: String,
        named name: ConfigurationError.Problem
    ) throws(ConfigurationError) -> PlatformBaseURL {
        var problem = name
        let url: PlatformBaseURL
        do throws(PlatformConfigurationError) {
            url = try PlatformBaseURL(text)
        } catch {
            problem.rule = error.problems.map { "\($0.rule)." }.joined(separator: " It ")
            throw ConfigurationError(problems: [problem])
        }
        guard
            url.scheme == .https || ListenAddress(host: url.host, port: 0).isLoopback || self.allowsPlaintext
        else {
            problem.rule =
                "must begin with https://; tokens and keys would cross the network in the open. "
                + "\(Setting.allowPlaintext.name)=true allows it."
            throw ConfigurationError(problems: [problem])
        }
        return url
    }
}
