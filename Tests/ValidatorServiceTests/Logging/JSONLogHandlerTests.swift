import Logging
import LoginContracts
import Testing

@testable import ValidatorService

@Suite struct JSONLogHandlerTests {
    @Test func lineIsAsDocumented() throws {
        let capture = try LogCapture()
        capture.jsonLogger().warning("Hold", metadata: ["b": "2", "a": ["x", "y"], "c": ["k": "v"]])
        #expect(
            capture.text == #"""
                {"time":"2026-01-31T09:30:00.123Z","level":"warning","message":"Hold","label":"test",\#
                "a":["x","y"],"b":"2","c":{"k":"v"}}

                """#
        )
    }

    @Test(arguments: HostileText.all)
    func hostileTextStaysOnItsLineAndComesBackUnchanged(text: String) throws {
        let capture = try LogCapture()
        capture.jsonLogger().info("\(text)", metadata: ["value": "\(text)", "nested": [text: "\(text)"]])
        let object = try #require(try capture.objects().first)
        #expect(capture.lines.count == 1)
        #expect(object["message"] as? String == text)
        #expect(object["value"] as? String == text)
        #expect((object["nested"] as? [String: String])?[text] == text)
        #expect(capture.lines[0].unicodeScalars.allSatisfy { !$0.isUnsafeInLogLine })
    }

    @Test func metadataCannotReplaceWhatTheHandlerSays() throws {
        let capture = try LogCapture()
        capture.jsonLogger().info("true", metadata: ["message": "forged", "level": "error", "time": "0", "label": "x"])
        let object = try #require(try capture.objects().first)
        #expect(object["message"] as? String == "true")
        #expect(object["level"] as? String == "info")
        #expect(object["metadata.message"] as? String == "forged")
        #expect(object.count == 8)
    }

    @Test func lineWinsOverProviderAndProviderOverLogger() throws {
        let capture = try LogCapture()
        var handler = JSONLogHandler(label: "test", level: .info, output: capture.output)
        handler.metadataProvider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "c": "provider"] }
        var logger = Logger(label: "test") { [handler] _ in handler }
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "d"] = "logger"
        logger.info("m", metadata: ["b": "line"])
        let object = try #require(try capture.objects().first)
        #expect(object["a"] as? String == "provider")
        #expect(object["b"] as? String == "line")
        #expect(object["c"] as? String == "provider")
        #expect(object["d"] as? String == "logger")
    }

    @Test func lengthsAreBounded() throws {
        let capture = try LogCapture()
        let long = String(repeating: "é", count: 100_000)
        var metadata: Logger.Metadata = ["deep": ["a": ["b": ["c": ["d": ["e": "too deep"]]]]]]
        for number in 0..<200 { metadata["key\(number)"] = "\(long)" }
        metadata[long] = "x"
        capture.jsonLogger().info("\(long)", metadata: metadata)
        let object = try #require(try capture.objects().first)
        #expect(capture.text.utf8.count < 64 * 1024)
        #expect(object["metadata.omitted"] as? Int == 202 - LogMembers.maximumMembers)
        let value = try #require(object["key0"] as? String)
        #expect(value.hasSuffix("é…"))
        #expect(value.utf8.count <= LogMembers.maximumTextBytes + 3)
    }

    @Test func linesBelowTheLevelAreNotWritten() throws {
        let capture = try LogCapture()
        let logger = capture.jsonLogger(level: .warning)
        logger.info("quiet")
        logger.error("loud")
        #expect(capture.lines.count == 1)
    }

    @Test func linesOfManyThreadsDoNotMix() async throws {
        let capture = try LogCapture()
        let json = capture.jsonLogger()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<200 {
                        json.info("m", metadata: ["text": "\(String(repeating: "\(number)", count: 3000))"])
                    }
                }
            }
        }
        let objects = try capture.objects()
        #expect(objects.count == 1600)
        #expect(objects.allSatisfy { Set($0["text"] as? String ?? "xy").count == 1 })
    }

    @Test func secretsInterpolateAsRedacted() throws {
        let capture = try LogCapture()
        let token = try #require(AccessToken("very-secret-token"))
        capture.jsonLogger().info(
            "\(token)",
            metadata: ["token": "\(token)", "convertible": .stringConvertible(token)]
        )
        capture.textLogger().info(
            "\(token)",
            metadata: ["token": "\(token)", "convertible": .stringConvertible(token)]
        )
        #expect(!capture.text.contains("very-secret-token"))
        #expect(capture.lines.count == 2)
        #expect(capture.lines.allSatisfy { $0.ranges(of: "<redacted>").count == 3 })
    }
}
