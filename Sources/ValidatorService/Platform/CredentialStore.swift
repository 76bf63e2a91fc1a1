import PlatformClient
import Synchronization

/// The credentials of the apps, shared by the threads that need them and replaced as a whole on SIGHUP.
final class CredentialStore: Sendable {
    private let apps: Mutex<[String: AppAccess]>

    init(_ apps: [AppAccess]) {
        self.apps = Mutex(Self.table(apps))
    }

    func replace(with apps: [AppAccess]) {
        self.apps.withLock { $0 = Self.table(apps) }
    }

    subscript(kgAppId: String) -> AppAccess? { self.apps.withLock { $0[kgAppId] } }

    private static func table(_ apps: [AppAccess]) -> [String: AppAccess] {
        Dictionary(apps.map { ($0.credentials.kgAppId, $0) }) { _, last in last }
    }
}
