internal import Foundation
internal import NIOCore
internal import NIOSSL

/// The TLS side of a configuration: 1.2 or newer, certificate and host name always verified.
enum TLSSettings {
    /// How long a closing connection waits for the server's farewell; until then it counts as open, so a server that
    /// hangs must not hold it for long.
    static let shutdownTimeout = TimeAmount.milliseconds(250)

    /// - Throws: ``PlatformConfigurationError`` when the additional certificates cannot be read.
    static func context(
        for configuration: PlatformClientConfiguration
    ) throws(PlatformConfigurationError) -> NIOSSLContext? {
        guard configuration.baseURL.scheme == .https else { return nil }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        tls.shutdownTimeout = Self.shutdownTimeout
        tls.applicationProtocols = ["http/1.1"]
        if let path = configuration.additionalRootCertificates {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
                throw Self.problem("must be a readable file of PEM certificates")
            }
            tls.additionalTrustRoots = [.certificates(certificates)]
        }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw Self.problem("cannot be used for TLS")
        }
    }

    private static func problem(_ rule: String) -> PlatformConfigurationError {
        PlatformConfigurationError(problems: [.init(field: "additionalRootCertificates", rule: rule)])
    }
}
