extension ReadinessState {
    /// Shows whether the platform answers and whether a guard holds an app.
    func show(_ report: GuardReport) {
        let platform = report.platformRemarks
        self.set(.platform, isReady: !report.isPlatformDown, message: platform.joined(separator: " "))
        let held = report.apps.filter { $0.state == .tripped }
        self.set(.guardReleased, isReady: held.isEmpty, message: GuardReport.explanation(of: held))
    }
}

extension GuardReport {
    /// Whether no app can be validated: no host answers, or each app has trouble of its own.
    ///
    /// A host, or an app, among others is a remark: most of the work goes on.
    fileprivate var isPlatformDown: Bool {
        (!self.hosts.isEmpty && self.hosts.allSatisfy { $0.breaker != .closed })
            || (!self.apps.isEmpty && self.apps.allSatisfy { $0.breaker != .closed })
    }

    fileprivate var platformRemarks: [String] {
        let hosts = self.hosts.filter { $0.breaker != .closed }.map(\.name)
        let apps = self.apps.filter { $0.breaker != .closed }.map(\.kgAppId)
        var remarks: [String] = []
        if !hosts.isEmpty {
            remarks.append("\(Self.list(hosts)) does not answer: events wait, and single probes go out.")
        }
        if !apps.isEmpty {
            remarks.append(
                "\(Self.list(apps)) cannot be validated although the host answers: maintenance, or a wrong base URL."
            )
        }
        return remarks
    }

    fileprivate static func explanation(of held: [App]) -> String {
        guard let first = held.first else { return "" }
        guard held.count == 1 else {
            return "\(Self.list(held.map(\.kgAppId))) are held; login-validator guard status says why and what to do."
        }
        return "\(first.kgAppId) is held since \(first.since ?? "?"). \(first.advice ?? "")"
    }

    /// Names that a message lists; the rest is counted.
    private static let maximumListedNames = 10

    private static func list(_ names: [String]) -> String {
        let rest = names.count - Self.maximumListedNames
        return names.prefix(Self.maximumListedNames).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
