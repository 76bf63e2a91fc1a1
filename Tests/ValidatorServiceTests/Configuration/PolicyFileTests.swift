import LoginContracts
import Testing
import ValidationPipeline

@testable import ValidatorService

@Suite struct PolicyFileTests {
    let folder: ConfigurationFolder

    init() throws {
        self.folder = try ConfigurationFolder()
    }

    private func load(_ text: String, policy: String = "guarded") throws -> ServiceConfiguration {
        let path = self.folder.file("policy", text)
        return try .loading(environment: ["POLICY_FILE": path, "POLICY": policy])
    }

    private func problems(_ text: String) throws -> [ConfigurationError.Problem] {
        try ServiceConfiguration.failing(environment: ["POLICY_FILE": self.folder.file("policy", text)]).problems
    }

    @Test(arguments: [
        "rows:\n  - {status: 462, action: pass}\n  - code: -10102\n    action: kick\n    reason: sanctioned\n"
            + "  - {row: abnormalState, action: retry, reason: null}\n",
        #"{"rows": [{"status": 462, "action": "pass"}, {"code": "-10102", "action": "kick", "reason": "sanctioned"},"#
            + #"{"row": "abnormalState", "action": "retry"}]}"#,
    ])
    func rowsAreReadFromYAMLAndJSON(text: String) throws {
        let policy = try self.load(text).policy
        #expect(
            policy.rows == [
                .init(match: .status(462), action: .pass),
                .init(match: .code(-10102), action: .kick, reason: .sanctioned),
                .init(match: .row(.abnormalState), action: .retry),
            ]
        )
        #expect(policy.version == "guarded+ef784da3")
    }

    @Test func theVersionDependsOnTheRowsAlone() throws {
        let plain = try self.load("rows:\n- {status: 462, action: pass}\n").policy.version
        #expect(try self.load("# why\nrows: [{action: pass, status: '462'}]").policy.version == plain)
        #expect(try self.load("rows: [{status: 463, action: pass}]").policy.version != plain)
        #expect(try self.load("rows: [{code: 462, action: pass}]").policy.version != plain)
        #expect(try self.load("rows: [{status: 462, action: retry}]").policy.version != plain)
        let literal = try self.load("rows: [{status: 462, action: pass}]", policy: "literal").policy.version
        #expect(literal == plain.replacing("guarded", with: "literal"))
        #expect(plain.wholeMatch(of: /guarded\+[0-9a-f]{8}/) != nil)
    }

    @Test func everyRowAndActionCanBeNamed() throws {
        for row in VerdictPolicy.Row.allCases {
            for action in VerdictPolicy.Action.allCases {
                let rows = try self.load("rows: [{row: \(row.rawValue), action: \(action.rawValue)}]").policy.rows
                #expect(rows == [.init(match: .row(row), action: action)])
            }
        }
    }

    @Test(arguments: [
        ("{status: 99, action: pass}", "status from 100 to 599"), ("{status: 600, action: pass}", "100 to 599"),
        ("{status: x, action: pass}", "100 to 599"), ("{status: [1], action: pass}", "100 to 599"),
        ("{code: 1.5, action: pass}", "whole number"), ("{code: --1, action: pass}", "whole number"),
        ("{row: nope, action: pass}", "one of accepted"), ("{action: pass}", "one of status, code and row"),
        ("{status: 462, code: 1, action: pass}", "one of status, code and row"), ("{status: 462}", "an action"),
        ("{status: 462, action: ban}", "an action"), ("{status: 462, action: kick, reason: x}", "a reason"),
        ("{status: 462, action: kick, reason: tooOld}", "a reason"), ("text", "must be a mapping"),
        ("{status: 462, action: pass, reason: sanctioned}", "must not have a reason"),
        ("{status: 462, action: kick, raeson: sanctioned}", "unknown member"), ("~", "must be a mapping"),
    ])
    func aBadRowIsNamedWithItsIndex(row: String, part: String) throws {
        let problems = try self.problems("rows:\n- {status: 461, action: pass}\n- \(row)\n")
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.key == "POLICY_FILE row 1")
        #expect(problems.first?.rule.contains(part) == true, "\(problems)")
    }

    @Test func everyFaultOfEveryRowIsReported() throws {
        let problems = try self.problems("rows: [{x: 1}, {status: 462, action: pass}, {status: 462, action: kick}]")
        #expect(problems.map(\.key) == ["0", "0", "0", "2"].map { "POLICY_FILE row \($0)" })
        #expect(problems.last?.rule.contains("as row 1") == true)
    }

    @Test(arguments: [
        "", "rows:", "rows: []", "rows: x", "[]", "rows: [{status: 1, action: pass}]\nrow: x", "nope: []",
        "rows: ["
            + Array(repeating: "{row: accepted, action: pass}", count: PolicyFile.maximumRows + 1)
            .joined(separator: ",") + "]",
    ])
    func aFileWithoutRowsIsAProblem(text: String) throws {
        let problems = try self.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.key == "POLICY_FILE")
    }

    @Test(arguments: [
        ("{row: accepted, action: kick}", true), ("{status: 200, action: lockout}", true),
        ("{status: 503, action: kick}", true), ("{status: 404, action: kick}", true),
        ("{row: maintenance, action: kick}", true), ("{row: tokenInvalid, action: kick}", false),
        ("{status: 473, action: retry}", false), ("{status: 462, action: lockout}", false),
    ])
    func aRowThatPunishesTheInnocentIsAWarning(row: String, warns: Bool) throws {
        #expect(try self.load("rows: [\(row)]").warnings.count == (warns ? 1 : 0))
    }
}
