import Foundation
import PlatformClient
import Testing

@testable import ValidatorService

@Suite struct CredentialsFileTests {
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    private func load(_ text: String, _ more: [String: String] = [:], mode: Int = 0o600) throws -> ServiceConfiguration
    {
        let path = self.folder.file("apps", text, mode: mode)
        return try .loading(environment: ["PLATFORM_CREDENTIALS_FILE": path].merging(more) { $1 })
    }

    private func problems(_ text: String, _ more: [String: String] = [:]) throws -> [ConfigurationError.Problem] {
        let environment = ["PLATFORM_CREDENTIALS_FILE": self.folder.file("apps", text)].merging(more) { $1 }
        return try ServiceConfiguration.failing(environment: environment).problems
    }

    @Test(arguments: [
        "- {kgAppId: 0909, appSecret: s1, adminKey: k1}\n"
            + "- kgAppId: '12345678901234567890123456789012'\n  appSecret: s2\n  adminKey: k2\n"
            + "  baseUrl: https://other:1\n",
        #"{"apps": [{"kgAppId": "0909", "appSecret": "s1", "adminKey": "k1", "baseUrl": null},"#
            + #"{"kgAppId": 12345678901234567890123456789012, "appSecret": "s2", "adminKey": "k2","#
            + #""baseUrl": "https:\/\/other:1"}]}"#,
    ])
    func appsAreReadFromYAMLAndJSON(text: String) throws {
        let configuration = try self.load(text)
        let apps = try configuration.platform.apps()
        #expect(apps.map(\.credentials.kgAppId) == ["0909", "12345678901234567890123456789012"])
        #expect(apps.map(\.credentials.appSecret) == ["s1", "s2"])
        #expect(apps.map(\.baseURL.description) == [configuration.platform.baseURL, "https://other:1"])
        #expect(configuration.warnings.isEmpty)
    }

    @Test(arguments: [
        ("{appSecret: sEcReT, adminKey: sEcReT}", "no kgAppId"), ("{kgAppId: 2, adminKey: sEcReT}", "no appSecret"),
        ("{kgAppId: 2, appSecret: sEcReT, adminKey: ''}", "text as adminKey"),
        ("{kgAppId: 2, appSecret: ~, adminKey: sEcReT}", "text as appSecret"),
        ("{kgAppId: 2, appSecret: [sEcReT], adminKey: sEcReT}", "text as appSecret"),
        ("{kgAppId: 2, appSecret: sEcReT, adminKey: sEcReT, baseURL: 'https://h'}", "unknown member"),
        ("sEcReT", "must be a mapping"),
    ])
    func aBadAppIsNamedWithItsIndex(app: String, part: String) throws {
        let problems = try self.problems("- {kgAppId: 1, appSecret: s, adminKey: k}\n- \(app)\n")
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.key == "PLATFORM_CREDENTIALS_FILE app 1")
        #expect(problems.first?.rule.contains(part) == true)
        #expect(!"\(problems)".contains("sEcReT"))
    }

    @Test(arguments: [
        ("{kgAppId: x, appSecret: s, adminKey: k}", "kgAppId"),
        ("{kgAppId: 2, appSecret: sEcReT é, adminKey: k}", "appSecret"),
        ("{kgAppId: 2, appSecret: s, adminKey: \"sEcReT\\n\"}", "adminKey"),
        ("{kgAppId: 1, appSecret: s, adminKey: k}", "kgAppId"),
        ("{kgAppId: 2, appSecret: s, adminKey: k, baseUrl: 'http://example.com'}", "baseUrl"),
        ("{kgAppId: 2, appSecret: s, adminKey: k, baseUrl: nonsense}", "baseUrl"),
    ])
    func aFieldThatBreaksItsRuleIsNamed(app: String, field: String) throws {
        let problems = try self.problems("- {kgAppId: 1, appSecret: s, adminKey: k}\n- \(app)\n")
        #expect(problems.map(\.key) == ["PLATFORM_CREDENTIALS_FILE app 1: \(field)"])
        #expect(!"\(problems)".contains("sEcReT"))
    }

    @Test func everyAppsProblemsAreReported() throws {
        let text = "- {kgAppId: x, appSecret: s, adminKey: k}\n- {kgAppId: 2, appSecret: 'a b', adminKey: 'c d'}\n"
        let problems = try self.problems(text, ["PLATFORM_BASE_URL": "http://example.com"])
        #expect(problems.map(\.key).sorted().count == 4)
        #expect(problems.filter { $0.key == "PLATFORM_BASE_URL" }.count == 1, "once, not once for each app")
    }

    @Test(arguments: ["", "[]", "apps: []", "kgAppId: 1", "text", "apps: {a: b}"])
    func aFileWithoutAppsIsAProblem(text: String) throws {
        #expect(try self.problems(text).map(\.key) == ["PLATFORM_CREDENTIALS_FILE"])
    }

    @Test func plainTextNeedsTheSetting() throws {
        let text = "[{kgAppId: 1, appSecret: s, adminKey: k, baseUrl: 'http://example.com'}]"
        let configuration = try self.load(text, ["PLATFORM_ALLOW_PLAINTEXT": "true"])
        #expect(try configuration.platform.apps().first?.baseURL.scheme == .http)
    }

    @Test(arguments: ["PLATFORM_APP_ID", "PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY"])
    func oneAppAndAFileOfAppsContradictEachOther(name: String) throws {
        let problems = try self.problems("[{kgAppId: 1, appSecret: s, adminKey: k}]", [name: "2"])
        #expect(problems.map(\.key) == [name])
    }

    @Test func aFileThatOthersCanReadIsAWarning() throws {
        let text = "[{kgAppId: 1, appSecret: s, adminKey: k}]"
        #expect(try self.load(text, mode: 0o644).warnings.count == 1)
    }

    @Test func aReloadReadsTheFileAgain() throws {
        let platform = try self.load("[{kgAppId: 1, appSecret: old, adminKey: k}]").platform
        _ = self.folder.file(
            "apps",
            "[{kgAppId: 1, appSecret: new, adminKey: k}, {kgAppId: 2, appSecret: s, adminKey: k}]"
        )
        let reloaded = try platform.reloadingCredentials()
        #expect(try reloaded.apps().map(\.credentials.appSecret) == ["new", "s"])
        #expect(try platform.apps().map(\.credentials.appSecret) == ["old"])
    }

    @Test(arguments: [
        "", "[{kgAppId: 1}]", "[{kgAppId: x, appSecret: sEcReT, adminKey: k}]", "[{kgAppId: 1, appSecret: 'sEcReT",
        "[{kgAppId: 1, appSecret: s, adminKey: k}, {kgAppId: 1, appSecret: s, adminKey: k}]",
    ])
    func aReloadOfABrokenFileFails(text: String) throws {
        let platform = try self.load("[{kgAppId: 1, appSecret: old, adminKey: k}]").platform
        _ = self.folder.file("apps", text)
        let error = try #require(throws: ConfigurationError.self) { try platform.reloadingCredentials() }
        #expect(!error.description.contains("sEcReT"))
    }

    @Test func aReloadNeedsAFile() throws {
        let platform = try ServiceConfiguration.loading().platform
        #expect(throws: ConfigurationError.self) { try platform.reloadingCredentials() }
        let path = self.folder.file("apps", "[{kgAppId: 1, appSecret: s, adminKey: k}]")
        let loaded = try ServiceConfiguration.loading(environment: ["PLATFORM_CREDENTIALS_FILE": path]).platform
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: ConfigurationError.self) { try loaded.reloadingCredentials() }
    }

    @Test func theLargestFileOfAppsIsRead() throws {
        let text = (0..<CredentialsFile.maximumApps).map { "- {kgAppId: \($0), appSecret: s, adminKey: k}\n" }.joined()
        #expect(try self.load(text).platform.credentials.count == CredentialsFile.maximumApps)
        #expect(try self.problems(text + "- {kgAppId: 77777, appSecret: s, adminKey: k}\n").count == 1)
    }
}
