/// An app that a simulated platform knows, with the credentials its requests must carry.
package struct SimulatedApp: Hashable, Sendable {
    package var kgAppId: String
    package var appSecret: String
    package var adminKey: String

    package init(kgAppId: String, appSecret: String, adminKey: String) {
        self.kgAppId = kgAppId
        self.appSecret = appSecret
        self.adminKey = adminKey
    }

    /// The apps that simulated events name and that a simulated platform knows unless told otherwise.
    package static let examples = [
        SimulatedApp(kgAppId: "900100", appSecret: "simulated-app-secret-1", adminKey: "simulated-admin-key-1"),
        SimulatedApp(kgAppId: "900200", appSecret: "simulated-app-secret-2", adminKey: "simulated-admin-key-2"),
    ]
}
