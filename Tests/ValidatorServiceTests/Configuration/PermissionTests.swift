import ChildProcess
import Foundation
import Testing

@testable import ValidatorService

/// Files that the wrong people can read or change: a warning with the command to run, for every one of them.
@Suite struct PermissionTests {
    let folder: ConfigurationFolder
    static let apps = "- {kgAppId: '1', appSecret: not-real, adminKey: not-real}\n"

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    struct NamedFile: Sendable {
        var setting: String
        var text: String
        var holdsSecrets: Bool
    }

    static let files = [
        NamedFile(setting: "PLATFORM_CREDENTIALS_FILE", text: apps, holdsSecrets: true),
        NamedFile(setting: "KAFKA_PROPERTIES_FILE", text: "sasl.password=not-real\n", holdsSecrets: true),
        NamedFile(setting: "KAFKA_PROPERTIES_FILE", text: "linger.ms=5\n", holdsSecrets: false),
        NamedFile(
            setting: "AUDIT_FINGERPRINT_KEY_FILE",
            text: String(repeating: "5e", count: 32),
            holdsSecrets: true
        ),
        NamedFile(setting: "POLICY_FILE", text: "rows: [{status: 462, action: pass}]\n", holdsSecrets: false),
        NamedFile(
            setting: "PLATFORM_CA_FILE",
            text: "-----BEGIN CERTIFICATE-----\n",
            holdsSecrets: false
        ),
        NamedFile(
            setting: "--config",
            text: "audit: {fingerprintKey: \(String(repeating: "5e", count: 32))}",
            holdsSecrets: true
        ),
        NamedFile(setting: "--config", text: "log: {level: info}", holdsSecrets: false),
    ]

    private func warnings(_ file: NamedFile, mode: Int) throws -> [String] {
        let path = self.folder.file("file", file.text, mode: mode)
        let isConfig = file.setting == "--config"
        return try ServiceConfiguration.loading(
            file: isConfig ? path : nil,
            environment: isConfig ? [:] : [file.setting: path]
        ).warnings
    }

    @Test(arguments: files.indices, [0o600, 0o400, 0o644, 0o640, 0o620, 0o602, 0o666])
    func whatOthersCanReadOrChangeIsTold(index: Int, mode: Int) throws {
        let file = Self.files[index]
        let warnings = try self.warnings(file, mode: mode)
        let isWrong = file.holdsSecrets ? mode & 0o066 != 0 : mode & 0o022 != 0
        #expect(warnings.count == (isWrong ? 1 : 0), "\(warnings)")
        guard isWrong, let warning = warnings.first else { return }
        let command = "`chmod \(file.holdsSecrets ? "600" : "go-w") \(self.folder.path)/file`"
        #expect(warning.hasPrefix(file.setting) && warning.contains(command), "\(warning)")
        #expect(warning.contains("(mode \(String(mode, radix: 8)))"))
    }

    /// The command that a warning tells to run makes it go away.
    @Test func theCommandHelps() throws {
        let path = self.folder.file("it's odd $HOME", "not-real", mode: 0o666)
        let environment = ["PLATFORM_APP_ID": "1", "PLATFORM_ADMIN_KEY": "not-real", "PLATFORM_APP_SECRET_FILE": path]
        let warning = try #require(try ServiceConfiguration.loading(environment: environment).warnings.first)
        let command = try #require(warning.split(separator: "`").dropFirst().first)
        let shell = try ChildProcess(["/bin/sh", "-c", String(command)], environment: ["PATH": "/usr/bin:/bin"])
        #expect(shell.waitUntilExit() == 0)
        #expect(try ServiceConfiguration.loading(environment: environment).warnings == [])
    }

    @Test func aTrailAndItsKeyThatOthersCanReachAreTold() throws {
        let database = self.folder.file("audit.db", "", mode: 0o640)
        let key = self.folder.file("audit.db.fingerprint-key", String(repeating: "5e", count: 32))
        func warnings() throws -> [String] {
            try ServiceConfiguration.loading(environment: ["AUDIT_DATABASE": database]).warnings
        }
        #expect(try warnings() == [])
        _ = self.folder.file("audit.db", "", mode: 0o644)
        _ = self.folder.file("audit.db-wal", "", mode: 0o660)
        _ = self.folder.file("audit.db.fingerprint-key", "", mode: 0o640)
        let all = try warnings()
        #expect(all.count == 3, "\(all)")
        for command in ["chmod 640 \(database)`", "chmod 640 \(database)-wal`", "chmod 600 \(key)`"] {
            #expect(all.contains { $0.contains(command) }, "\(all)")
        }
    }

    @Test func aFolderInWhichOthersCanExchangeTheTrailIsTold() throws {
        let environment = ["AUDIT_DATABASE": self.folder.path + "/audit.db"]
        for (mode, isWrong) in [(0o700, false), (0o755, false), (0o777, true), (0o1777, false)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self.folder.path)
            let warnings = try ServiceConfiguration.loading(environment: environment).warnings
            #expect(warnings.contains { $0.contains("chmod o-w \(self.folder.path)`") } == isWrong, "\(warnings)")
        }
    }

    /// Root only: others cannot give their files away.
    @Test(.enabled(if: geteuid() == 0, "Only root can give files away"))
    func aFileOfAnotherUserIsTold() throws {
        let path = self.folder.file("apps.yaml", Self.apps)
        try FileManager.default.setAttributes([.ownerAccountID: 12_345], ofItemAtPath: path)
        let warnings = try ServiceConfiguration.loading(environment: ["PLATFORM_CREDENTIALS_FILE": path]).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("uid 12345") == true)
        #expect(warnings.first?.contains("`chown 0 \(path)`") == true)
    }

    @Test(arguments: [
        ("/etc/a-b_c.yaml", "/etc/a-b_c.yaml"), ("", "''"), ("a b", "'a b'"), ("a'b", #"'a'\''b'"#), ("$x", "'$x'"),
        ("`x`", "'`x`'"), ("a;b", "'a;b'"),
    ])
    func aPathIsOneWordOfAShell(path: String, word: String) {
        #expect(path.shellQuoted == word)
    }
}
