import ArgumentParser
import AuditTrail
import Foundation
import Logging
import LoginContracts
import ValidatorService

/// `audit erase-player`: destroys the key under which a trail holds what names a player.
struct AuditErasePlayerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase-player",
        abstract: "Erases a player from a trail by destroying the player's key; every proof stays valid.",
        discussion: """
            The id is read from standard input or a file, never from the arguments. Only entries that were written with \
            AUDIT_PLAYER_KEYS=on can be erased: of those, nobody can tell any more whose they are. Run it for the trail of \
            each instance, and remove copies of the .player-keys file. It cannot be undone.

            If no service is writing the trail, an entry says that it was done, with the random handle that stands in the \
            player's entries, and nothing that names the player. While one is, there is no such entry.
            """
    )

    @Option(help: "The file that holds the player's id; standard input if not given.")
    var file: String?

    @Flag(help: "Say that it is meant: nothing brings the player back.")
    var yes = false

    @OptionGroup var trail: TrailOptions

    func validate() throws {
        guard self.yes else { throw ValidationError("A player that is erased cannot be brought back: give --yes.") }
    }

    func run() async throws {
        let player = try PlayerInput.read(from: self.file)
        let trail = try self.trail.open()
        defer { trail.close() }
        let reader = trail.reader
        let store = try PlayerKeyStore.loadForErasure(beside: reader.path, trailID: reader.trailID)
        try trail.record("erase-player", entries: nil)
        let handle = try store.erase(player: player)
        var query = TrailQuery()
        query.playerId = player
        query.limit = 1
        let isInTheOpen = try !reader.entries(query).entries.isEmpty
        try trail.record("erase-player.finished", handle.map { ["handle": $0.description] } ?? [:], entries: 0)
        if let handle {
            Terminal.write("Erased: \(handle)\n")
            try self.record(handle, path: reader.path)
        }
        if isInTheOpen {
            throw CommandFailure(
                .failed,
                "Entries from a time without AUDIT_PLAYER_KEYS hold this id in the open, and cannot be erased."
            )
        }
        guard handle != nil else {
            throw CommandFailure(.failed, "The trail has no key of this player: erased before, or never recorded.")
        }
    }

    /// What was done is worth an entry, and who it was done to is not.
    private func record(_ handle: PlayerHandle, path: String) throws {
        let settings = try self.trail.configuration.load(requiresKafka: false, requiresCredentials: false)
        do throws(TrailError) {
            let writer = try TrailWriter(
                path: path,
                instanceID: settings.instanceID,
                logger: Logger(label: "erase-player") { _ in SwiftLogNoOpLogHandler() }
            )
            defer { writer.close() }
            let index = try writer.append(
                ServiceEntry(
                    kind: .playerErased,
                    recordedAt: .now,
                    instanceID: settings.instanceID,
                    message: "A player's key was destroyed.",
                    details: ["handle": handle.description]
                )
            )
            Terminal.remark("Entry \(index) says so.\n")
        } catch {
            guard error.code == .locked else { throw error }
            Terminal.remark("A service is writing the trail, so no entry says that it was done: keep a note of it.\n")
        }
    }
}

/// Reads a player's id from a file or from stdin; never from the arguments, which every process can see.
enum PlayerInput {
    /// Longer ones are no ids.
    static let maximumBytes = 1024

    /// - Parameter path: the file, or `nil` for stdin.
    static func read(from path: String?) throws -> String {
        let source = path.map { "the file \($0)" } ?? "standard input"
        guard let handle = path.map({ FileHandle(forReadingAtPath: $0) }) ?? .standardInput else {
            throw CommandFailure(.usage, "The player's id cannot be read: \(source) does not exist or is not readable.")
        }
        var bytes = Data()
        while bytes.count <= Self.maximumBytes, let chunk = try handle.read(upToCount: 4096), !chunk.isEmpty {
            bytes.append(chunk)
        }
        guard bytes.count <= Self.maximumBytes, let text = String(data: bytes, encoding: .utf8) else {
            throw CommandFailure(.usage, "What \(source) holds is no player's id.")
        }
        let id = text.trimmingCharacters(in: .newlines)
        guard !id.isEmpty, !id.contains(where: \.isNewline) else {
            throw CommandFailure(.usage, "\(source) must hold one player's id, on one line.")
        }
        return id
    }
}
