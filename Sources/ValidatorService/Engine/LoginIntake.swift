import AuditTrail
import LoginContracts
import ValidationPipeline

/// Turns consumed records into logins: decodes, digests and fingerprints, on the consumer's thread.
struct LoginIntake {
    let clusterID: String
    let fingerprinter: TokenFingerprinter
    let credentials: CredentialStore
    private let decoder = LoginEventDecoder()

    init(clusterID: String, fingerprinter: TokenFingerprinter, credentials: CredentialStore) {
        self.clusterID = clusterID
        self.fingerprinter = fingerprinter
        self.credentials = credentials
    }

    func login(from record: SourceRecord) -> IncomingLogin {
        let identity = RecordIdentity(of: record, clusterID: self.clusterID)
        do throws(EventDefect) {
            let event = try self.decoder.decode(record)
            let app = self.credentials[event.kgAppId]
            return IncomingLogin(
                record: record,
                identity: identity,
                content: app == nil ? .defective(Self.unknownApp, .unknownApp) : .login(event),
                tokenFingerprint: app == nil ? nil : self.fingerprinter.fingerprint(of: event.accessToken),
                platformHost: app?.hostName ?? ""
            )
        } catch {
            return IncomingLogin(
                record: record,
                identity: identity,
                content: .defective(error, .malformed),
                tokenFingerprint: nil
            )
        }
    }

    private static let unknownApp = EventDefect(
        field: "kgAppId",
        rule: "names an app without credentials; add it to PLATFORM_CREDENTIALS_FILE and send SIGHUP, then replay"
    )
}
