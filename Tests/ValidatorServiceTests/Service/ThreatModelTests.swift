import Foundation
import Testing

/// The threat model names a test for each of its claims; every one of them exists.
@Suite struct ThreatModelTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let article = "Sources/ValidatorService/ValidatorService.docc/ThreatModel.md"

    /// `Folder/File.swift` and `testName` of each claim: the last cell of a row, as `File: testName, testName; File: …`.
    private static func claims() throws -> [(line: Int, file: String, test: String)] {
        let text = try String(contentsOf: Self.repository.appending(path: Self.article), encoding: .utf8)
        var claims: [(Int, String, String)] = []
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            for reference in line.matches(of: /`Tests\/([A-Za-z\/]+\.swift)` \(([^)]*)\)/) {
                for test in reference.output.2.split(separator: ",") {
                    claims.append((index + 1, String(reference.output.1), test.trimmingCharacters(in: .whitespaces)))
                }
            }
        }
        return claims
    }

    @Test func everyNamedTestExists() throws {
        let claims = try Self.claims()
        #expect(claims.count > 40)
        for claim in claims {
            let file = Self.repository.appending(path: "Tests/\(claim.file)")
            let source = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            #expect(!source.isEmpty, "line \(claim.line): there is no Tests/\(claim.file)")
            #expect(
                source.contains("func \(claim.test)("),
                "line \(claim.line): no \(claim.test) in Tests/\(claim.file)"
            )
        }
    }

    /// A claim without a test is no claim: every row of the tables of attackers ends in one.
    @Test func everyClaimHasATest() throws {
        let text = try String(contentsOf: Self.repository.appending(path: Self.article), encoding: .utf8)
        let attackers = try #require(text.range(of: "## What an attacker"))
        let residual = try #require(text.range(of: "## Residual risks"))
        let rows = text[attackers.lowerBound..<residual.lowerBound].split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(rows.count > 20)
        for row in rows where !row.hasPrefix("| tries") { #expect(row.contains("`Tests/"), "\(row)") }
    }
}
