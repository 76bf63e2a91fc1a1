/// A text that is never printed: not by a description, a mirror or `dump`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself. Never log it, store it or put it into an error.
    package let value: String

    /// What is shown instead of a secret.
    package static let redacted = "<redacted>"

    package init(_ value: String) {
        self.value = value
    }

    package var description: String { Self.redacted }
    package var debugDescription: String { Self.redacted }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// One app's credentials as configured; `PlatformCredentials` checks them.
package struct AppCredentials: Sendable {
    package var kgAppId: String
    package var appSecret: Secret
    package var adminKey: Secret
    /// The app's own base URL; `nil` is the platform's.
    package var baseURL: String?
}
