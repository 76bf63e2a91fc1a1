import Crypto
import LoginContracts
import ValidationPipeline

extension ServiceConfiguration {
    mutating func readPolicy(_ reader: inout SettingReader) {
        self.policy.profile = reader.word(.policy, default: VerdictPolicy.Profile.guarded)
        if let path = reader.path(.policyFile) {
            do throws(ConfigurationError.Problem) {
                let file = try PolicyFile(path, named: reader.layers.problem(of: .policyFile))
                self.policy.rows = file.rows
                reader.problems += file.problems
                reader.warnings += file.warnings
            } catch {
                reader.problems.append(error)
            }
        }
        self.policy.version = Policy.version(profile: self.policy.profile, rows: self.policy.rows)
    }
}

extension ServiceConfiguration.Policy {
    /// The profile's name and, with rows, the first 8 hexadecimal digits of the SHA-256 of their canonical lines.
    ///
    /// It stands in every entry of the trail, so it depends on the rows alone: not on a file's format or comments, nor
    /// on names in this program's code. The order counts: of two rows that match, the later one rules.
    static func version(profile: VerdictPolicy.Profile, rows: [VerdictPolicy.Override]) -> String {
        guard !rows.isEmpty else { return profile.rawValue }
        let canonical = rows.map(\.canonicalLine).joined()
        let digest = SHA256.hash(data: Array(canonical.utf8))
        return "\(profile.rawValue)+\(Array(digest.prefix(4)).hexadecimal)"
    }
}

extension VerdictPolicy.Override {
    /// `status=462 action=kick reason=sanctioned`, a line feed after it.
    fileprivate var canonicalLine: String {
        let match =
            switch self.match {
            case .code(let code): "code=\(code)"
            case .status(let status): "status=\(status)"
            case .row(let row): "row=\(row.rawValue)"
            }
        return "\(match) action=\(self.action.rawValue) reason=\(self.reason?.rawValue ?? "-")\n"
    }

    /// A remark if the row punishes players for what is not their doing.
    var warning: String? {
        guard self.action == .kick || self.action == .lockout else {
            return nil
        }
        switch self.match {
        case .row(.accepted), .status(200):
            return "removes players whose tokens are valid."
        case .row(.unreadableAnswer), .row(.maintenance), .row(.unavailable), .row(.unexpectedStatus),
            .row(.invalidRequest),
            .status(400), .status(403...405), .status(408), .status(425), .status(429), .status(473),
            .status(500...599):
            return "removes players for what is the platform's, the network's or our own fault."
        case .row, .status, .code:
            return nil
        }
    }
}
