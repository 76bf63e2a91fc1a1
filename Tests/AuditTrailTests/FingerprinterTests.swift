import Foundation
import LoginContracts
import Testing

@testable import AuditTrail

/// What the trail keeps of a token, and the key to it.
struct FingerprinterTests {
    let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
    }

    private var keyFile: String { self.folder.database + ".fingerprint-key" }

    /// RFC 4231, test cases 1 and 6, whose data are no valid tokens; so a third party's value for one that is:
    /// `printf what-do-ya-want | openssl dgst -sha256 -mac hmac -macopt hexkey:0b0b…`.
    @Test func theFingerprintIsHMAC() throws {
        let key = [UInt8](repeating: 0x0B, count: 20)
        let token = try #require(AccessToken("what-do-ya-want"))
        let fingerprint = try TokenFingerprinter(key: key).fingerprint(of: token)
        #expect(fingerprint.hexadecimal == Self.expected)
        #expect(fingerprint.count == TokenFingerprinter.fingerprintLength)
    }

    static let expected = "d4fed6919a33930577fa546381f773136d755dc95201a10cdd9d783868dcf6c0"

    @Test func equalTokensAndKeysGiveEqualFingerprints() throws {
        let first = try #require(AccessToken("a"))
        let second = try #require(AccessToken(String(repeating: "b", count: AccessToken.maximumLength)))
        let one = try TokenFingerprinter(key: Array(repeating: 1, count: 32))
        let two = try TokenFingerprinter(key: Array(repeating: 2, count: 32))
        #expect(one.fingerprint(of: first) == one.fingerprint(of: first))
        #expect(one.fingerprint(of: first) != one.fingerprint(of: second))
        #expect(one.fingerprint(of: first) != two.fingerprint(of: first))
        #expect(String(reflecting: one) == "TokenFingerprinter(<redacted>)")
        #expect(Mirror(reflecting: one).children.isEmpty)
    }

    @Test(arguments: [0, 15, 1025])
    func aKeyOfTheWrongLengthIsRefused(length: Int) {
        let error = #expect(throws: TrailError.self) {
            _ = try TokenFingerprinter(key: Array(repeating: 7, count: length))
        }
        #expect(error?.code == .invalid)
    }

    @Test func aKeyIsMadeOnceAndIsPrivate() throws {
        let key = try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database)
        #expect(key.count == 32)
        #expect(try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database) == key)
        let attributes = try FileManager.default.attributesOfItem(atPath: self.keyFile)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path).count == 1)
        let other = try TemporaryFolder()
        #expect(try TokenFingerprinter.loadOrCreateKey(beside: other.database) != key)
    }

    @Test func keysMadeAtTheSameTimeAreOne() async throws {
        let path = self.folder.database
        let keys = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try TokenFingerprinter.loadOrCreateKey(beside: path) } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(keys.count == 1)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o620])
    func aKeyThatOthersCanReachIsRefused(permissions: Int) throws {
        _ = try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database)
        chmod(self.keyFile, mode_t(permissions))
        let error = #expect(throws: TrailError.self) {
            _ = try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database)
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("600") == true)
    }

    @Test(arguments: ["", "\n", "00", "zz" + String(repeating: "0", count: 62), String(repeating: "0", count: 63)])
    func aDamagedKeyIsRefusedAndNotReplacedNorPrinted(content: String) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: self.keyFile))
        chmod(self.keyFile, 0o600)
        let error = #expect(throws: TrailError.self) {
            _ = try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database)
        }
        #expect(error?.code == .corrupt)
        #expect(try self.folder.contents()["audit.db.fingerprint-key"] == Data(content.utf8))
    }

    @Test func aLinkInTheKeysPlaceIsRefused() throws {
        let target = self.folder.path + "/elsewhere"
        try Data((String(repeating: "0", count: 64) + "\n").utf8).write(to: URL(fileURLWithPath: target))
        chmod(target, 0o600)
        try FileManager.default.createSymbolicLink(atPath: self.keyFile, withDestinationPath: target)
        #expect(throws: TrailError.self) { _ = try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database) }
    }

    @Test func nothingOfATokenIsInTheFiles() throws {
        let text = "tokenABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let token = try #require(AccessToken(text))
        let key = try TokenFingerprinter.loadOrCreateKey(beside: self.folder.database)
        var entry = ValidationEntry.complete
        entry.tokenFingerprint = try TokenFingerprinter(key: key).fingerprint(of: token)
        let writer = try TrailWriter(self.folder)
        _ = try writer.append([entry])
        for (name, content) in try self.folder.contents() {
            #expect(content.range(of: Data(text.utf8)) == nil, "\(name)")
            #expect(content.range(of: Data(text.utf8.prefix(8))) == nil, "\(name)")
        }
        var query = TrailQuery()
        query.tokenFingerprint = try TokenFingerprinter(key: key).fingerprint(of: token)
        #expect(try TrailReader(path: self.folder.database).entries(query).entries.map(\.index) == [0])
    }
}
