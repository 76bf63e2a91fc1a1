import Foundation
import Simulation

/// A credentials file of the simulated apps, readable by this user only, for the time of a demo.
struct CredentialsFile {
    let path: String

    init(_ apps: [SimulatedApp]) throws {
        self.path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("login-validator-\(UUID().uuidString).json").path
        let content = try JSONEncoder().encode(
            apps.map { ["kgAppId": $0.kgAppId, "appSecret": $0.appSecret, "adminKey": $0.adminKey] }
        )
        guard
            FileManager.default.createFile(atPath: self.path, contents: content, attributes: [.posixPermissions: 0o600])
        else { throw CommandFailure(.failed, "The file \(self.path) cannot be made.") }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: self.path)
    }
}
