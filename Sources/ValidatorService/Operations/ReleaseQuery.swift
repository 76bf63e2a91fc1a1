import LoginContracts

/// Which guards a release is about: `kgAppId=ID` or `all=true`, one of them, once.
enum ReleaseQuery: Hashable {
    case app(String)
    case all

    /// Which parameter breaks which rule.
    struct Defect: Error, Hashable {
        var message: String
    }

    init(_ query: String?) throws(Defect) {
        guard let query, !query.isEmpty else { throw Defect(message: "kgAppId=ID or all=true must be in the query") }
        let parameters = query.split(separator: "&", omittingEmptySubsequences: false)
        guard parameters.count == 1, let parameter = parameters.first else {
            throw Defect(message: "kgAppId=ID or all=true must be the only parameter, once")
        }
        let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? parts[1] : ""
        switch parts.first {
        case "kgAppId":
            guard (1...LoginEvent.maximumAppIDLength).contains(value.utf8.count),
                value.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { throw Defect(message: "kgAppId must be 1 to \(LoginEvent.maximumAppIDLength) digits") }
            self = .app(String(value))
        case "all":
            guard value == "true" else { throw Defect(message: "all must be true") }
            self = .all
        default:
            throw Defect(message: "kgAppId=ID or all=true must be the parameter; no other is known")
        }
    }
}
