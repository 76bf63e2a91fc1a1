import HTTPListener

extension ServiceConfiguration {
    /// The protections that are left out, in the order of the settings.
    package var exposures: [Exposure] {
        self.kafka.exposures + self.platform.exposures
    }
}

extension ServiceConfiguration.Kafka {
    /// librdkafka's words for a boolean that is true (CONFIGURATION.md).
    private static let trueWords: Set<String> = ["true", "t", "1"]

    fileprivate var exposures: [Exposure] {
        let file = Setting.propertiesFile.name
        func property(_ name: String) -> String? { self.properties[name]?.lowercased() }
        var exposures: [Exposure] = []
        let protocolName = property("security.protocol") ?? "plaintext"
        if !protocolName.hasSuffix("ssl"), !self.hasOnlyLoopbackServers {
            let password = protocolName == "sasl_plaintext" ? ", and so does the SASL password" : ""
            exposures.append(
                .init(
                    name: "kafkaPlaintext",
                    warning: "\(Setting.bootstrapServers.name) is reached with security.protocol=\(protocolName): "
                        + "login events, which hold access tokens, cross the network in the open\(password); set "
                        + "security.protocol to ssl or sasl_ssl in \(file)."
                )
            )
        }
        if let value = property("enable.ssl.certificate.verification"), !Self.trueWords.contains(value) {
            exposures.append(
                .init(
                    name: "kafkaCertificateUnverified",
                    warning: "\(file) sets enable.ssl.certificate.verification=false: whoever is on the way can pose "
                        + "as the broker, read access tokens and send logins; remove it and name the authority in "
                        + "ssl.ca.location."
                )
            )
        }
        if let value = property("ssl.endpoint.identification.algorithm"), value != "https" {
            exposures.append(
                .init(
                    name: "kafkaHostUnverified",
                    warning: "\(file) sets ssl.endpoint.identification.algorithm=none: every host with a certificate "
                        + "of the same authority can pose as the broker; remove it."
                )
            )
        }
        if let value = property("enable.sasl.oauthbearer.unsecure.jwt"), Self.trueWords.contains(value) {
            exposures.append(
                .init(
                    name: "kafkaUnsecuredTokens",
                    warning: "\(file) sets enable.sasl.oauthbearer.unsecure.jwt=true: this client logs in with a token "
                        + "that nobody signed; remove it."
                )
            )
        }
        return exposures
    }

    /// Whether no packet to a server that is named leaves this machine.
    private var hasOnlyLoopbackServers: Bool {
        self.bootstrapServers.split(separator: ",").allSatisfy { server in
            let address = server.split(separator: "/").last.map { String($0).filter { $0 != " " } } ?? ""
            return ListenAddress(setting: address)?.isLoopback ?? false
        }
    }
}

extension ServiceConfiguration.Platform {
    /// Addresses that a warning names, at most.
    private static let maximumNamedURLs = 5

    package var exposures: [Exposure] {
        var seen: Set<String> = []
        let addresses = self.credentials.map { $0.baseURL ?? self.baseURL } + [self.baseURL]
        let plain = addresses.filter { $0.lowercased().hasPrefix("http://") && seen.insert($0).inserted }
        let local = plain.filter { ServiceConfiguration.isLoopbackURL($0) }
        let remote = plain.filter { !ServiceConfiguration.isLoopbackURL($0) }
        var exposures: [Exposure] = []
        if !remote.isEmpty {
            exposures.append(
                .init(
                    name: "platformPlaintext",
                    warning: "Tokens, keys and verdicts cross the network in the open to \(Self.list(remote)): whoever "
                        + "is on the way can read them all and decide who is kicked; use https://."
                )
            )
        }
        if !local.isEmpty {
            exposures.append(
                .init(
                    name: "platformPlaintextLoopback",
                    warning: "\(Setting.baseURL.name) or an app's baseUrl is \(Self.list(local)), without TLS: right "
                        + "only for a simulated platform, or a proxy on this machine that speaks TLS itself."
                )
            )
        }
        return exposures
    }

    private static func list(_ addresses: [String]) -> String {
        let named = addresses.prefix(Self.maximumNamedURLs).map(\.withoutControlCharacters).joined(separator: ", ")
        let further = addresses.count - Self.maximumNamedURLs
        return further > 0 ? "\(named) and \(further) more" : named
    }
}

extension ServiceConfiguration {
    /// Whether an address is this machine.
    fileprivate static func isLoopbackURL(_ text: String) -> Bool {
        let authority = text.dropFirst("http://".count).prefix { $0 != "/" }
        let address =
            authority.contains("]:") || (!authority.hasPrefix("[") && authority.contains(":"))
            ? String(authority) : "\(authority):80"
        return ListenAddress(setting: address)?.isLoopback ?? false
    }
}
