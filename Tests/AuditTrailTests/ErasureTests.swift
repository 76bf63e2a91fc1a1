import Foundation
import GRDB
import LoginContracts
import Testing

@testable import AuditTrail

/// What names a player is sealed under the player's key, and gone with it; the tree stays as it is.
struct ErasureTests {
    let folder: TemporaryFolder
    let writer: TrailWriter
    let store: PlayerKeyStore
    var vault: PlayerVault { PlayerVault(self.store) }

    /// Long enough to be looked for in files.
    static let player = "player-to-be-erased-4711"
    static let session = "session-to-be-erased-0815"

    init() throws {
        self.folder = try TemporaryFolder()
        self.writer = try TrailWriter(self.folder)
        self.store = try PlayerKeyStore.loadOrCreate(beside: self.folder.database, trailID: self.writer.trailID)
    }

    private static func entry(_ offset: Int64, player: String? = Self.player) -> ValidationEntry {
        var entry = ValidationEntry.sample(offset, playerId: player)
        entry.sessionId = player == nil ? nil : Self.session
        entry.message = player.map { "No such token of \($0)." }
        entry.lockout = Lockout(
            kgAppId: "909428",
            idType: "playerId",
            id: player,
            reason: "stolen",
            message: "dear \(player ?? "")",
            memo: "memo",
            regTime: 5
        )
        return entry
    }

    private func reader() throws -> TrailReader { try TrailReader(path: self.folder.database) }

    private func query(_ reader: TrailReader, player: String, session: String? = nil) throws -> [TrailEntry] {
        var query = TrailQuery()
        query.playerId = player
        query.sessionId = session
        return try reader.entries(query).entries
    }

    /// Files of the folder that hold any of these bytes.
    private func files(holding traces: [Data]) throws -> [String] {
        try self.folder.contents().filter { file in traces.contains { file.value.range(of: $0) != nil } }.keys.sorted()
    }

    // MARK: Sealing

    @Test func whatIsSealedIsOpenedAsItWas() throws {
        let entries = [Self.entry(0), Self.entry(1, player: "p"), Self.entry(2, player: nil), .complete]
        let sealed = try self.vault.seal(entries)
        #expect(try self.vault.open(sealed) == entries)
        #expect(sealed[2] == entries[2])
        #expect(sealed[0].playerId?.hasPrefix("erasable:") == true)
        #expect(sealed[0].lockout?.kgAppId == "909428" && sealed[0].lockout?.regTime == 5)
        for text in [sealed[0].sessionId, sealed[0].message, sealed[0].lockout?.id, sealed[0].lockout?.message] {
            #expect(text?.hasPrefix("erasable:") == true)
        }
        // A message that quotes nobody stays readable; the same player is the same text, so it can be searched for.
        #expect(sealed[3].message == ValidationEntry.complete.message)
        #expect(try self.vault.seal([Self.entry(9)])[0].playerId == sealed[0].playerId)
        #expect(sealed[1].playerId != sealed[0].playerId)
    }

    @Test func sealedTextsCannotBeExchanged() throws {
        var sealed = try self.vault.seal([Self.entry(0), Self.entry(1, player: "other")])
        sealed[0].sessionId = sealed[0].playerId
        sealed[0].message = sealed[1].message
        let opened = try self.vault.open(sealed)[0]
        #expect(opened.playerId == Self.player && opened.sessionId == nil && opened.message == nil)
    }

    static let strangers = [
        "erasable:", "erasable::", "erasable:00112233445566778899aabbccddeeff:",
        "erasable:xx112233445566778899aabbccddeeff:AAAA", "erasable:+0112233445566778899aabbccddeeff:AAAA",
        "erasable:00112233445566778899AABBCCDDEEFF:" + String(repeating: "A", count: 40),
        "erasable:00112233445566778899aabbccddeeff:AAAA", "erasable:00112233445566778899aabbccddeef:AAAA",
        "erasable:\u{00E9}\u{00E9}112233445566778899aabbccddee:" + String(repeating: "A", count: 40), "erasable:a:b:c",
        "Erasable:00112233445566778899aabbccddeeff:" + String(repeating: "A", count: 40), "player", "",
        "erasable:00112233445566778899aabbccddeeff:" + String(repeating: "!", count: 40),
    ]

    @Test(arguments: Self.strangers) func otherTextsAreNotTakenForSealedOnes(text: String) throws {
        #expect(SealedText(text) == nil)
        var entry = Self.entry(0)
        entry.playerId = text
        #expect(try self.vault.open([entry]) == [entry])
        #expect(try self.vault.open(self.vault.seal([entry])) == [entry])
    }

    // MARK: Reading

    @Test func aPlayerIsFoundInBothForms() throws {
        _ = try self.writer.append([Self.entry(0), Self.entry(1, player: "other")])
        _ = try self.writer.append(try self.vault.seal([Self.entry(2), Self.entry(3, player: "other")]))
        let reader = try self.reader()
        let found = try self.query(reader, player: Self.player)
        #expect(found.map(\.index) == [2, 0])
        for case .validation(let recorded) in found {
            #expect(recorded.entry == Self.entry(recorded.index))
        }
        #expect(try self.query(reader, player: Self.player, session: Self.session).count == 2)
        #expect(try self.query(reader, player: Self.player, session: "another").isEmpty)
        #expect(try self.query(reader, player: "nobody").isEmpty)
        let records = try reader.records(of: .first, clusterID: "cluster", from: .start, limit: 9)
        #expect(records.map(\.playerId) == [Self.player, "other", Self.player, "other"])
        // Whoever has not got the keys sees what is stored, and the plain form only is found.
        try FileManager.default.moveItem(
            atPath: self.folder.database + PlayerKeyStore.masterSuffix,
            toPath: self.folder.database + ".elsewhere"
        )
        let stranger = try self.reader()
        #expect(try self.query(stranger, player: Self.player).map(\.index) == [0])
        guard case .validation(let recorded) = try #require(try stranger.entry(at: 2)) else {
            Issue.record("no decision")
            return
        }
        let stored = try #require(recorded.entry.playerId)
        #expect(stored.hasPrefix("erasable:"))
        #expect(try self.query(stranger, player: stored).map(\.index) == [2])
        let unknown = try stranger.records(of: .first, clusterID: "cluster", from: .start, limit: 9)
        #expect(unknown.map(\.isPlayerKnown) == [true, true, false, false])
    }

    // MARK: Erasing

    @Test func nothingOfAnErasedPlayerIsLeftAndEveryProofHolds() throws {
        let signer = try NoteSigner.sample()
        let others = (0..<300).map { Self.entry(Int64($0 + 10), player: "bystander-\($0)") }
        _ = try self.writer.append(try self.vault.seal([Self.entry(0), Self.entry(1)]))
        _ = try self.writer.append(try self.vault.seal(others))
        let signed = try #require(try self.writer.checkpoint(signedBy: signer, at: Timestamp(5)))
        let before = try #require(try self.reader().inclusionProof(of: 0))
        let key = try #require(try self.store.existingKeys(ofPlayers: [Self.player])[Self.player])
        let secret = try #require(
            try self.store.database.read {
                try Data.fetchOne(
                    $0,
                    sql: "SELECT key FROM player_keys WHERE handle = ?",
                    arguments: [Data(key.handle.bytes)]
                )
            }
        )
        let traces = [secret, Data(key.handle.bytes), self.store.tag(of: Self.player)]
        for trace in traces { #expect(try self.files(holding: [trace]).contains("audit.db.player-keys")) }
        // Players come and go, so rows move between pages and leave copies.
        for number in stride(from: 0, to: 300, by: 3) { _ = try self.store.erase(player: "bystander-\(number)") }

        #expect(try self.store.erase(player: Self.player) == key.handle)
        #expect(try self.store.erase(player: Self.player) == nil)
        #expect(try self.files(holding: traces + [Data(Self.player.utf8), Data(Self.session.utf8)]) == [])
        #expect(try self.query(self.reader(), player: Self.player).isEmpty)
        #expect(try self.query(self.reader(), player: "bystander-1").count == 1)
        let opened = try self.vault.open(try self.vault.seal([Self.entry(5)]))
        #expect(opened == [Self.entry(5)])
        guard case .validation(let stored) = try #require(try self.reader().entry(at: 0)) else { return }
        let erased = try #require(try self.vault.open([stored.entry]).first)
        #expect(erased.playerId == nil && erased.sessionId == nil && erased.message == nil && erased.lockout?.id == nil)
        #expect(erased.decision == .kick && erased.lockout?.kgAppId == "909428")

        #expect(try self.reader().inclusionProof(of: 0) == before)
        #expect(before.holds)
        let verification = try TrailVerifier(self.reader(), against: [signed], trusted: [signer.verifier]).verify()
        #expect(verification.problems == [])
    }

    /// A player who logs in again after the erasure is a new one.
    @Test func anErasedPlayerBeginsAnew() throws {
        let first = try self.vault.seal([Self.entry(0)])
        _ = try self.store.erase(player: Self.player)
        let second = try self.vault.seal([Self.entry(1)])
        #expect(first[0].playerHandle != second[0].playerHandle)
        _ = try self.writer.append(first + second)
        #expect(try self.query(self.reader(), player: Self.player).map(\.index) == [1])
    }

    /// A key without an entry does no harm, and is there when the append is tried again.
    @Test func aCrashBetweenKeyAndEntryLeavesAKeyThatIsUsedNext() throws {
        let sealed = try self.vault.seal([Self.entry(0)])
        let again = try PlayerKeyStore.loadOrCreate(beside: self.folder.database, trailID: self.writer.trailID)
        #expect(try PlayerVault(again).seal([Self.entry(0)]) == sealed)
        // An append that was reported as failed is found when it is repeated.
        #expect(try self.writer.append(sealed) == 0..<1)
        #expect(try self.writer.append(PlayerVault(again).seal([Self.entry(0)])) == 0..<1)
    }

    @Test func twoProcessesGiveAPlayerOneKey() throws {
        let other = try PlayerKeyStore.loadOrCreate(beside: self.folder.database, trailID: self.writer.trailID)
        let theirs = try PlayerVault(other).seal([Self.entry(0)])
        #expect(try self.vault.seal([Self.entry(0)]) == theirs)
        _ = try other.erase(player: Self.player)
        // What the other has destroyed is gone here too.
        #expect(try self.vault.open(theirs)[0].playerId == nil)
    }

    // MARK: Files

    @Test func filesAreForTheirOwnerOnly() throws {
        _ = try self.vault.seal([Self.entry(0)])
        for suffix in [PlayerKeyStore.suffix, PlayerKeyStore.suffix + "-journal", PlayerKeyStore.masterSuffix] {
            let attributes = try FileManager.default.attributesOfItem(atPath: self.folder.database + suffix)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(suffix)")
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640],
            ofItemAtPath: self.folder.database + PlayerKeyStore.suffix
        )
        let error = #expect(throws: TrailError.self) {
            try PlayerKeyStore.loadOrCreate(beside: self.folder.database, trailID: self.writer.trailID)
        }
        #expect(error?.code == .refused && error?.message.contains("chmod it to 600") == true)
    }

    @Test(arguments: [PlayerKeyStore.suffix, PlayerKeyStore.masterSuffix])
    func aLostFileIsNotMadeAnewUnseen(suffix: String) throws {
        try FileManager.default.removeItem(atPath: self.folder.database + suffix)
        let error = #expect(throws: TrailError.self) {
            try PlayerKeyStore.loadOrCreate(beside: self.folder.database, trailID: self.writer.trailID)
        }
        #expect(error?.code == .missing && error?.message.contains("erases every player") == true)
        #expect(throws: TrailError.self) {
            try PlayerKeyStore.loadForErasure(beside: self.folder.database, trailID: self.writer.trailID)
        }
        #expect(try PlayerKeyStore.load(beside: self.folder.database, trailID: self.writer.trailID) == nil)
    }

    @Test func keysOfAnotherTrailAreRefused() throws {
        let error = #expect(throws: TrailError.self) {
            try PlayerKeyStore.loadOrCreate(
                beside: self.folder.database,
                trailID: String(repeating: "0", count: 32)
            )
        }
        #expect(error?.code == .refused && error?.message.contains("another trail's") == true)
    }

    @Test func aTrailWithoutKeysIsReadAsItIs() throws {
        let folder = try TemporaryFolder()
        let writer = try TrailWriter(folder)
        _ = try writer.append([Self.entry(0)])
        let reader = try TrailReader(path: folder.database)
        #expect(try self.query(reader, player: Self.player).count == 1)
        #expect(try folder.contents().keys.allSatisfy { !$0.contains("player") })
        #expect(throws: TrailError.self) {
            try PlayerKeyStore.loadForErasure(beside: folder.database, trailID: writer.trailID)
        }
    }
}
