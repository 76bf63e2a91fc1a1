import Testing

@testable import ValidatorService

@Suite struct PropertiesFileTests {
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    private func problems(_ text: String) throws -> [ConfigurationError.Problem] {
        let path = self.folder.file("kafka.properties", text)
        return try ServiceConfiguration.failing(environment: ["KAFKA_PROPERTIES_FILE": path]).problems
    }

    @Test(arguments: ["\n", "\r\n"])
    func propertiesAreLines(end: String) throws {
        let lines = [
            "# security", "security.protocol=SASL_SSL", "", "  sasl.password = a=b # c ", "sasl.username=me", "#x",
        ]
        let path = self.folder.file("kafka.properties", lines.joined(separator: end) + end)
        let configuration = try ServiceConfiguration.loading(environment: ["KAFKA_PROPERTIES_FILE": path])
        #expect(
            configuration.kafka.properties == [
                "security.protocol": "SASL_SSL", "sasl.password": "a=b # c", "sasl.username": "me",
            ]
        )
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.effectiveValue("KAFKA_PROPERTIES_FILE")?.value == path)
    }

    @Test func aFileWithAPasswordThatOthersCanReadIsAWarning() throws {
        let secret = self.folder.file("secret", "sasl.password=x\n", mode: 0o644)
        #expect(try ServiceConfiguration.loading(environment: ["KAFKA_PROPERTIES_FILE": secret]).warnings.count == 1)
        let open = self.folder.file("open", "linger.ms=5\n", mode: 0o644)
        #expect(try ServiceConfiguration.loading(environment: ["KAFKA_PROPERTIES_FILE": open]).warnings.isEmpty)
    }

    @Test(arguments: [
        ("linger.ms=5\nnonsense sEcReT\n", "line 2"), ("=sEcReT\n", "line 1"),
        ("linger.ms=5\nlinger.ms=6\n", "lines 1 and 2"), ("no.such.property=sEcReT\n", "no.such.property"),
        ("linger.ms=sEcReT\n", "linger.ms"), ("group.id=sEcReT\n", "setting of its own"),
        ("enable.auto.commit=true\n", "must stay false"),
    ])
    func aPropertyThatCannotBeUsedIsAProblem(text: String, part: String) throws {
        let problems = try self.problems(text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.key == "KAFKA_PROPERTIES_FILE")
        #expect(problems.first?.description.contains(part) == true, "\(problems)")
        #expect(!"\(problems)".contains("sEcReT"))
    }

    @Test func everyBadLineAndPropertyIsReported() throws {
        #expect(try self.problems("a\nb\nno.such=1\nlinger.ms=x\n").count == 4)
    }

    @Test func tooManyPropertiesAreAProblem() throws {
        let text = (0...PropertiesFile.maximumProperties).map { "p\($0)=1\n" }.joined()
        #expect(try self.problems(text).count == 1)
    }
}
