import AuditTrail
import Foundation
import Testing

@testable import ValidatorService

/// Retention goes with segments, and an archive with retention.
@Suite struct RetentionSettingsTests {
    private static let segments = ["AUDIT_SEGMENT_MAXIMUM_SIZE": "10GB"]

    private func problems(_ environment: [String: String]) throws -> [ConfigurationError.Problem] {
        try ServiceConfiguration.failing(environment: environment).problems
    }

    @Test(arguments: [("1d", 1), ("24h", 1), ("3660d", 3660)])
    func segmentsAreRemovedAfterATime(text: String, days: Int64) throws {
        for segments in [Self.segments, ["AUDIT_SEGMENT_MAXIMUM_AGE": "30d"]] {
            let configuration = try ServiceConfiguration.loading(
                environment: segments.merging(["AUDIT_RETENTION": text]) { _, new in new }
            )
            #expect(configuration.audit.retention == RetentionPolicy(maximumAge: .seconds(days * 86_400)))
        }
    }

    @Test func theyAreArchivedInAFolder() throws {
        let folder = FileManager.default.temporaryDirectory.path
        let configuration = try ServiceConfiguration.loading(
            environment: Self.segments.merging(["AUDIT_RETENTION": "400d", "AUDIT_ARCHIVE": folder]) { _, new in new }
        )
        #expect(configuration.audit.retention?.archive == folder)
    }

    @Test(arguments: ["", "/", "/."])
    func theTrailsOwnFolderIsNoArchive(ending: String) throws {
        let folder = try ConfigurationFolder()
        let settings = [
            "AUDIT_RETENTION": "400d", "AUDIT_ARCHIVE": folder.path + ending,
            "AUDIT_DATABASE": folder.path + "/audit.db",
        ]
        let problems = try self.problems(Self.segments.merging(settings) { _, new in new })
        #expect(problems.map(\.key) == ["AUDIT_ARCHIVE"])
        #expect(problems.first?.rule == "must be another folder than the trail's.")
    }

    @Test func nothingIsRemovedUnlessAsked() throws {
        #expect(try ServiceConfiguration.loading(environment: Self.segments).audit.retention == nil)
        let off = Self.segments.merging(["AUDIT_RETENTION": "off"]) { _, new in new }
        #expect(try ServiceConfiguration.loading(environment: off).audit.retention == nil)
    }

    @Test func whatIsMissingIsNamed() throws {
        let alone = try self.problems(["AUDIT_RETENTION": "400d"])
        #expect(alone.map(\.key) == ["AUDIT_RETENTION"])
        #expect(alone.first?.rule.hasPrefix("needs AUDIT_SEGMENT_MAXIMUM_SIZE or AUDIT_SEGMENT_MAXIMUM_AGE") == true)
        let folder = FileManager.default.temporaryDirectory.path
        let archive = try self.problems(Self.segments.merging(["AUDIT_ARCHIVE": folder]) { _, new in new })
        #expect(archive.map(\.key) == ["AUDIT_ARCHIVE"])
        #expect(archive.first?.rule.hasPrefix("needs AUDIT_RETENTION") == true)
    }
}
