import Testing

@testable import ValidatorService

@Suite struct ConfigurationFileTests {
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    @Test(arguments: [
        "kafka:\n  groupId: g\n  bootstrapServers: a:1\nlog:\n  level: debug\noutcomes: {publishPasses: true}\n",
        "kafka.groupId: g\nkafka.bootstrapServers: 'a:1'\nlog.level: debug\noutcomes.publishPasses: yes\n",
        "{\"kafka\": {\"groupId\": \"g\", \"bootstrapServers\": \"a:1\"}, \"log\": {\"level\": \"debug\"},\n"
            + "\t\"outcomes\": {\"publishPasses\": true}}",
        "\u{FEFF}# with a byte order mark\r\nkafka: {groupId: g, bootstrapServers: \"a:1\"}\r\nlog: {level: debug}\r\n"
            + "outcomes: {publishPasses: on}\r\n",
    ])
    func yamlAndJSONSayTheSame(text: String) throws {
        let configuration = try ServiceConfiguration.loading(file: self.folder.file("c", text))
        #expect(configuration.kafka.groupID == "g")
        #expect(configuration.kafka.bootstrapServers == "a:1")
        #expect(configuration.logLevel == "debug")
        #expect(configuration.outcomes.publishesPasses)
    }

    @Test(arguments: [
        "", "# nothing\n", "null\n", "{}", "kafka:\nplatform: ~\n", "kafka: {groupId: null}\n", "---\n...\n",
    ])
    func anEmptyFileSetsNothing(text: String) throws {
        let configuration = try ServiceConfiguration.loading(file: self.folder.file("c.yaml", text))
        #expect(configuration.effectiveValues().allSatisfy { $0.origin == .default })
    }

    @Test func everySettingCanBeInTheFile() throws {
        for setting in Setting.all {
            let file = self.folder.file("c.yaml", "\(setting.key): [1]\n")
            let error = try ServiceConfiguration.failing(file: file)
            #expect(error.problems.map(\.key) == [setting.name])
            #expect(error.problems.first?.rule == "must be a single value.")
        }
    }

    @Test(arguments: [
        ("kafka: {groupID: g}", "kafka.groupID", "kafka.groupId"),
        ("platform: {timout: 7s}", "platform.timout", "platform.timeout"),
        ("KAFKA_GROUP_ID: g", "KAFKA_GROUP_ID", "KAFKA_GROUP_ID"),
        ("audit: {database: {path: x}}", "AUDIT_DATABASE", "single value"),
        ("policy: {profile: guarded}", "POLICY", "single value"),
        ("log: debug", "log", "key: value"),
        ("kafak: {groupId: g}", "kafak", "kafka?"), ("1: {2: 3}", "1", "config show"),
        ("somethingElseEntirely: x", "somethingElseEntirely", "config show"),
    ])
    func anUnknownKeyNamesTheNearest(text: String, key: String, part: String) throws {
        let error = try ServiceConfiguration.failing(file: self.folder.file("c.yaml", text))
        #expect(error.problems.map(\.key) == [key])
        #expect(error.problems.first?.rule.contains(part) == true, "\(error)")
    }

    @Test func unknownKeysAreNamedUpToALimitAndThenCounted() throws {
        let text = (0..<500).map { "key\($0): x\n" }.joined()
        let error = try ServiceConfiguration.failing(file: self.folder.file("c.yaml", text))
        #expect(error.problems.count == ConfigurationFile.maximumUnknownKeys + 1)
        #expect(error.problems.contains { $0.rule.contains("500 keys") })
    }

    @Test(arguments: [
        ("kafka: {groupId: a, groupId: b}", "twice"), ("kafka: {groupId: a}\nkafka.groupId: b\n", "twice"),
        ("- a\n- b\n", "key: value"), ("just a text", "key: value"), ("kafka: [", "line"), ("a: b: c", "line 1"),
        ("a: 1\n---\nb: 2\n", "line"), ("? [a, b]\n: c\n", "not a text"), ("\tkafka: x", "line 1"),
        ("kafka: &a {groupId: g}\nplatform: *b\n", "line 2"),
    ])
    func aBrokenFileIsAProblem(text: String, part: String) throws {
        let error = try ServiceConfiguration.failing(file: self.folder.file("c.yaml", text))
        #expect(error.description.contains(part), "\(error)")
    }

    @Test func anErrorQuotesNothingOfTheFile() throws {
        let text = "platform:\n  appSecret: sEcReT-vAlUe\n  adminKey: 'sEcReT-oThEr\n"
        let error = try ServiceConfiguration.failing(file: self.folder.file("c.yaml", text))
        #expect(!error.description.contains("sEcReT"))
        #expect(error.description.contains("line"))
    }

    @Test func controlCharactersOfAKeyForgeNoLine() throws {
        let error = try ServiceConfiguration.failing(file: self.folder.file("c.yaml", "\"a\\nb\\e[2J\": x"))
        #expect(error.description.split(separator: "\n").count == 2)
        #expect(!error.description.contains("\u{1B}"))
    }

    @Test func aFewAliasesAreFine() throws {
        let text = "kafka: {groupId: &name g}\ninstanceId: *name\n"
        let configuration = try ServiceConfiguration.loading(file: self.folder.file("c.yaml", text))
        #expect(configuration.instanceID == "g")
    }
}
