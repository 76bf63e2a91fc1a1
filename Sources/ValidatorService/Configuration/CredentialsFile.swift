import Yams

/// A YAML or JSON list of apps: kgAppId, appSecret, adminKey and optionally baseUrl; at the top, or below `apps:`.
struct CredentialsFile {
    private(set) var apps: [AppCredentials] = []
    let warning: String?

    static let maximumBytes = 4_194_304
    static let maximumApps = 10_000
    /// Problems of single apps that are named before the rest is left out.
    static let maximumProblems = 100

    /// - Throws: ``ConfigurationError`` with everything that is wrong with the file; no value is part of it.
    init(_ path: String, named name: ConfigurationError.Problem) throws(ConfigurationError) {
        let document: YAMLFile
        do throws(ConfigurationError.Problem) {
            document = try YAMLFile(path, named: name, maximumBytes: Self.maximumBytes)
        } catch {
            throw ConfigurationError(problems: [error])
        }
        self.warning = document.source.permissionWarning(path, named: name.key, holdsSecrets: true)
        guard let list = document.root?.sequence ?? document.root?.mapping?["apps"]?.sequence,
            (1...Self.maximumApps).contains(list.count)
        else {
            let rule = "must be a list of 1 to \(Self.maximumApps) apps; correct it."
            throw ConfigurationError(problems: [name.naming(path, rule)])
        }
        var problems: [ConfigurationError.Problem] = []
        for (index, node) in list.enumerated() {
            var faults: [String] = []
            if let app = AppCredentials(node, &faults) { self.apps.append(app) }
            problems += faults.map { .init("\(name.key) app \(index)", $0) }
            if problems.count >= Self.maximumProblems { break }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    }
}

extension AppCredentials {
    private static let members = ["kgAppId", "appSecret", "adminKey", "baseUrl"]

    /// `nil` if a member is missing or not a text; then, or with unknown members, there are faults.
    fileprivate init?(_ node: Node, _ faults: inout [String]) {
        guard case .mapping(let mapping) = node else {
            faults.append("must be a mapping of \(Self.members.joined(separator: ", ")).")
            return nil
        }
        if mapping.contains(where: { !Self.members.contains($0.key.text ?? "") }) {
            faults.append("has an unknown member; only \(Self.members.joined(separator: ", ")) are known.")
        }
        func member(_ key: String, isRequired: Bool = true) -> String? {
            let node = mapping[key]
            if let text = node?.text, !text.isEmpty { return text }
            if isRequired || !(node?.isNull ?? true) {
                faults.append(node == nil ? "has no \(key); add it." : "must have a text as \(key).")
            }
            return nil
        }
        let (kgAppId, appSecret, adminKey) = (member("kgAppId"), member("appSecret"), member("adminKey"))
        let baseURL = member("baseUrl", isRequired: false)
        guard let kgAppId, let appSecret, let adminKey else { return nil }
        self.init(kgAppId: kgAppId, appSecret: Secret(appSecret), adminKey: Secret(adminKey), baseURL: baseURL)
    }
}
