import LoginContracts
import NIOCore
import PlatformClient
import Synchronization
import ValidationPipeline

/// The platform as the engine sees it: one client for each base URL, all on the engine's event loop.
final class PlatformValidator: TokenValidator {
    private let credentials: CredentialStore
    /// Used on the event loop only, so the lock is never waited for.
    private let clients: Mutex<[PlatformBaseURL: ValidationClient]> = Mutex([:])
    private let makeClient: @Sendable (PlatformBaseURL) throws -> ValidationClient

    /// - Parameter makeClient: makes a client on the engine's event loop for an app's base URL.
    init(credentials: CredentialStore, makeClient: @escaping @Sendable (PlatformBaseURL) throws -> ValidationClient) {
        self.credentials = credentials
        self.makeClient = makeClient
    }

    func validate(_ event: LoginEvent, completion: @escaping @Sendable (AttemptResult) -> Void) {
        guard let app = self.credentials[event.kgAppId] else {
            // Removed by a reload since the event came in.
            completion(.failed(.init(kind: "noCredentials", message: "The app's credentials were removed.")))
            return
        }
        let client: ValidationClient
        do {
            client = try self.client(for: app.baseURL)
        } catch {
            completion(.failed(.init(kind: "configuration", message: "\(error)")))
            return
        }
        let request = ValidationRequest(
            kgAppId: event.kgAppId,
            platform: event.platform,
            accessToken: event.accessToken,
            playerId: event.playerId
        )
        client.validate(request, credentials: app.credentials) { result in
            switch result {
            case .success(let answer): completion(.answered(answer.verdict, latency: answer.latency))
            case .failure(let error):
                completion(.failed(.init(kind: error.code.rawValue, message: error.message)))
            }
        }
    }

    private func client(for baseURL: PlatformBaseURL) throws -> ValidationClient {
        try self.clients.withLock { clients in
            if let client = clients[baseURL] { return client }
            let client = try self.makeClient(baseURL)
            clients[baseURL] = client
            return client
        }
    }

    /// Closes every connection.
    func shutdown() async {
        for client in self.clients.withLock({ Array($0.values) }) { await client.shutdown() }
    }
}
