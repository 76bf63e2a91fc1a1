import ArgumentParser
import Testing

@testable import LoginValidatorCommands

@Suite struct ConfigurationOptionsTests {
    private func options(_ arguments: [String]) throws -> ConfigurationOptions {
        try ConfigurationOptions.parse(arguments)
    }

    @Test func aFlagOfItsOwnWinsOverSet() throws {
        let options = try self.options(["--set", "LOG_LEVEL=debug", "--set", "POLICY=literal", "--log-level", "error"])
        #expect(try options.flags() == ["LOG_LEVEL": "error", "POLICY": "literal"])
    }

    @Test func everyFlagOfItsOwnSetsItsSetting() throws {
        let options = try self.options([
            "--kafka-bootstrap-servers", "a:1", "--platform-base-url", "https://h", "--audit-database", "x.db",
            "--ops-listen", "off", "--log-level", "debug",
        ])
        #expect(
            try options.flags() == [
                "KAFKA_BOOTSTRAP_SERVERS": "a:1", "PLATFORM_BASE_URL": "https://h", "AUDIT_DATABASE": "x.db",
                "OPS_LISTEN": "off", "LOG_LEVEL": "debug",
            ]
        )
    }

    @Test func aValueMayHoldEqualsSigns() throws {
        #expect(try self.options(["--set", "OUTCOMES_SOURCE=/a?b=c"]).flags() == ["OUTCOMES_SOURCE": "/a?b=c"])
        #expect(try self.options(["--set", "POLICY="]).flags() == ["POLICY": ""])
    }

    @Test(arguments: ["POLICY", "=literal", "", "="])
    func setTakesANameAndAValue(text: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try self.options(["--set", text]).flags() }
        #expect(failure?.status == .usage)
    }

    /// What was typed may be a secret in the wrong place.
    @Test func anErrorOfSetRepeatsNothing() throws {
        let failure = #expect(throws: CommandFailure.self) { try self.options(["--set", "sEcReT"]).flags() }
        #expect(failure?.message.contains("sEcReT") == false)
    }
}
