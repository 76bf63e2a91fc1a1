import Foundation
import Testing

@testable import ValidatorService

/// Files that somebody made to do harm: each is one problem, soon, and quotes nothing.
@Suite(.timeLimit(.minutes(1))) struct HostileFileTests {
    let folder: ConfigurationFolder
    static let settings = [
        "--config", "KAFKA_PROPERTIES_FILE", "PLATFORM_CREDENTIALS_FILE", "POLICY_FILE", "PLATFORM_CA_FILE",
        "PLATFORM_APP_SECRET_FILE", "PLATFORM_ADMIN_KEY_FILE", "AUDIT_FINGERPRINT_KEY_FILE",
    ]
    static let yamlSettings = ["--config", "PLATFORM_CREDENTIALS_FILE", "POLICY_FILE"]

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    /// The problems of a setting that names this path; other settings have none.
    private func problems(_ setting: String, _ path: String) throws -> [ConfigurationError.Problem] {
        let isFile = setting == "--config"
        let error = try ServiceConfiguration.failing(
            file: isFile ? path : nil,
            environment: isFile ? [:] : [setting: path]
        )
        return error.problems.filter { !["PLATFORM_APP_SECRET", "PLATFORM_ADMIN_KEY"].contains($0.key) }
    }

    @Test(arguments: Self.settings)
    func aHugeFileIsNotRead(setting: String) throws {
        let path = self.folder.file("huge", "")
        let file = try #require(FileHandle(forWritingAtPath: path))
        // Sparse: a terabyte that takes no room.
        try file.truncate(atOffset: 1 << 40)
        try file.close()
        let problems = try self.problems(setting, path)
        #expect(problems.map(\.key) == [setting])
        #expect(problems.first?.rule.contains("larger than") == true)
    }

    @Test(arguments: Self.settings)
    func whatIsNoTextIsRefused(setting: String) throws {
        for bytes in [[0xFF, 0xFE, 0x41, 0x00], [0xC3, 0x28], [0x41, 0x00, 0x42], [0xED, 0xA0, 0x80]] as [[UInt8]] {
            let problems = try self.problems(setting, self.folder.file("binary", bytes: Data(bytes)))
            #expect(problems.map(\.key) == [setting])
            #expect(problems.first?.rule.contains("UTF-8") == true)
        }
    }

    @Test(arguments: Self.settings)
    func whatIsNoRegularFileIsRefused(setting: String) throws {
        let pipe = self.folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [self.folder.path, pipe, "/dev/zero", self.folder.path + "/none"] {
            let problems = try self.problems(setting, path)
            #expect(problems.map(\.key) == [setting], "\(path)")
        }
    }

    @Test(arguments: Self.settings)
    func aPathThatIsNoneIsRefused(setting: String) throws {
        for path in ["a\u{1B}[2Jb", "a\nb", String(repeating: "x", count: 5000)] {
            let problems = try self.problems(setting, path)
            #expect(problems.map(\.key) == [setting])
            #expect(problems.allSatisfy { !$0.description.contains("\u{1B}") })
        }
    }

    @Test(arguments: Self.yamlSettings)
    func deepNestingEndsInAProblem(setting: String) throws {
        let depth = 60_000
        for text in [
            String(repeating: "[", count: depth), String(repeating: "{a: ", count: depth),
            String(repeating: "- ", count: depth), String(repeating: "? ", count: depth),
            String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
            (0..<400).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ] {
            let problems = try self.problems(setting, self.folder.file("deep.yaml", text))
            #expect(!problems.isEmpty && problems.count < 5, "\(text.prefix(10))")
        }
    }

    @Test(arguments: Self.yamlSettings)
    func aBombOfAliasesIsRefusedBeforeItUnfolds(setting: String) throws {
        let levels = (1...9).map {
            "a\($0): &a\($0) [" + Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ",") + "]\n"
        }
        let values = "a0: &a0 [x]\n" + levels.joined()
        // As keys they unfold while the file is still being parsed.
        for text in [values, values + "? *a9\n: x\n? {b: *a9}\n: y\n"] {
            let problems = try self.problems(setting, self.folder.file("bomb.yaml", text))
            #expect(problems.map(\.key) == [setting])
            #expect(problems.first?.rule.contains("aliases") == true)
        }
    }

    @Test(arguments: Self.yamlSettings)
    func asManyAliasesAsAreAllowedUnfoldToLittle(setting: String) throws {
        let levels = (1...5).map {
            "a\($0): &a\($0) [" + Array(repeating: "*a\($0 - 1)", count: 3).joined(separator: ",") + "]\n"
        }
        let text = "a0: &a0 [x]\n" + levels.joined() + "? *a5\n: x\n"
        #expect(YAMLFile.aliases(in: text) == YAMLFile.maximumAliases)
        #expect(!(try self.problems(setting, self.folder.file("bomb.yaml", text))).isEmpty)
    }

    @Test(arguments: [
        ("a: *b", 1), ("[*b,*c]", 2), ("*a : x", 1), ("- *a\n- *b", 2), ("{? *a : *b}", 2), ("a: \"x\" *b", 1),
        ("a:\t*b", 1), ("a: 2*3", 0), ("a: * b", 0), ("# a * b", 0), ("'*a'", 0), ("a**b", 0), ("*", 0),
    ])
    func aliasesAreCounted(text: String, count: Int) {
        #expect(YAMLFile.aliases(in: text) == count)
    }

    @Test(arguments: Self.yamlSettings)
    func manyValuesEndInAProblem(setting: String) throws {
        let text = "[" + String(repeating: "1,", count: 125_000) + "]"
        #expect(!(try self.problems(setting, self.folder.file("many.json", text))).isEmpty)
    }

    @Test(arguments: [
        "\u{1}", "\u{7F}\u{1B}", "@", "%YAML 9.9\n---\na", "!!binary x", "!<tag> {a: b}", "<<: *x", "a: !!set {b, c}",
    ])
    func oddDocumentsEndInAProblem(text: String) throws {
        for setting in Self.yamlSettings {
            #expect(!(try self.problems(setting, self.folder.file("odd.yaml", text))).isEmpty)
        }
    }
}
