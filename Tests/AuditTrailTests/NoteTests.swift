import Testing

@testable import AuditTrail

/// Signed notes and checkpoints, with the examples of the C2SP documents and of Go's `sumdb/note`.
struct NoteTests {
    static let example = """
        This is an example message.

        \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """
    static let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let neumann = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """
    static let neumannKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    @Test(arguments: [(Self.example, Self.exampleKey), (Self.neumann, Self.neumannKey)])
    func publishedNotesAreVerified(note: String, key: String) throws {
        let verifier = try #require(NoteVerifier(key))
        let signed = try #require(SignedNote(note))
        #expect(verifier.description == key)
        #expect(verifier.verifies(signed))
        let changed = try #require(
            SignedNote(note.replacing("problem", with: "question").replacing("message", with: "x"))
        )
        #expect(!verifier.verifies(changed))
    }

    @Test func aNoteIsVerifiedByItsOwnKeyOnly() throws {
        let signed = try #require(SignedNote(Self.example))
        let other = try NoteSigner(name: "example.com/foo", privateKey: Array(repeating: 7, count: 32))
        #expect(!other.verifier.verifies(signed))
        let own = try #require(SignedNote(try other.sign("one\ntwo\n")))
        #expect(other.verifier.verifies(own))
        #expect(own.text == "one\ntwo\n")
        #expect(try #require(NoteVerifier(other.verifier.description)) == other.verifier)
    }

    @Test(
        arguments: [
            "", "text\n", "text\n\n", "text\n\nsignature\n", "text\n\n\u{2014} name AAAAAAA=",
            "text\n\n\u{2014} name AAAAAAA=\n\n", "text\n\n\u{2014} name\n", "text\n\n\u{2014} na+me AAAAAAA=\n",
            "text\n\n\u{2014} name AAAA\n", "text\n\n\u{2014} name AAAAAAB=\n", "text\n\n- name AAAAAAA=\n",
            "te\u{7}xt\n\n\u{2014} name AAAAAAA=\n", "text\r\n\r\n\u{2014} name AAAAAAA=\r\n",
        ]
    )
    func whatIsNoNoteIsRefused(text: String) {
        #expect(SignedNote(text) == nil)
    }

    @Test(
        arguments: [
            "", "name", "name+530d903a", "name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=",
        ]
    )
    func whatIsNoVerifierKeyIsRefused(text: String) {
        #expect(NoteVerifier(text) == nil)
    }

    @Test func aCheckpointIsItsThreeLines() throws {
        let text = "example.com/log\n15368405\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=\n"
        let checkpoint = try #require(Checkpoint(text: text))
        #expect(checkpoint.origin == "example.com/log")
        #expect(checkpoint.size == 15_368_405)
        #expect(checkpoint.text == text)
        #expect(Checkpoint(text: text + "an extension\n")?.size == 15_368_405)
    }

    @Test(
        arguments: [
            "", "a\n1\n", "a\n1\nAAAA\n", "a\n01\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=\n",
            "a\n-1\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=\n",
            "\n1\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=\n",
            "a\n99999999999999999999\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=\n",
            "a\n1\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=",
            "a\n1\nWlYyo9Ly1a4l2HKaDd0m4Kz0hHQ5xqjZs9H0jVQ6Zq4=\n\n",
        ]
    )
    func whatIsNoCheckpointIsRefused(text: String) {
        #expect(Checkpoint(text: text) == nil)
    }

    @Test(arguments: ["", "a b", "a+b", "a\u{3000}b", String(repeating: "a", count: 256)])
    func aNameIsOneWord(name: String) {
        #expect(throws: TrailError.self) { try NoteSigner(name: name, privateKey: Array(repeating: 7, count: 32)) }
    }

    @Test func theKeyIsNeverShown() throws {
        let signer = try NoteSigner(name: "log", privateKey: Array(repeating: 0xAB, count: 32))
        var dumped = ""
        dump(signer, to: &dumped)
        for text in [dumped, "\(signer)", String(reflecting: signer)] {
            #expect(!text.contains("171") && !text.lowercased().contains("abab"))
        }
    }
}
