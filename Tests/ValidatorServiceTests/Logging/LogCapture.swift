import Foundation
import Logging
import LoginContracts

@testable import ValidatorService

/// Captures what handlers write, in a temporary file.
final class LogCapture {
    let output: LogOutput
    private let file: FileHandle
    private let url: URL

    static let time = Timestamp(rfc3339: "2026-01-31T09:30:00.123Z") ?? Timestamp(0)

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)")
        try Data().write(to: self.url)
        self.file = try FileHandle(forWritingTo: self.url)
        self.output = LogOutput(descriptor: self.file.fileDescriptor)
    }

    deinit {
        try? self.file.close()
        try? FileManager.default.removeItem(at: self.url)
    }

    var text: String { (try? String(contentsOf: self.url, encoding: .utf8)) ?? "" }

    var lines: [String] {
        self.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    func objects() throws -> [[String: Any]] {
        try self.lines.map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
    }

    func jsonLogger(level: Logger.Level = .trace) -> Logger {
        Logger(label: "test") { label in
            JSONLogHandler(label: label, level: level, output: self.output, now: { LogCapture.time })
        }
    }

    func textLogger(level: Logger.Level = .trace, hasColour: Bool = false) -> Logger {
        Logger(label: "test") { _ in
            TextLogHandler(level: level, output: self.output, hasColour: hasColour, now: { LogCapture.time })
        }
    }
}

/// Texts that try to leave their place in a line.
enum HostileText {
    static let all: [String] = [
        "line\nbreak", "carriage\rreturn", "\r\n{\"level\":\"info\"}", "\u{1B}[2J\u{1B}[31mred", "nul\0byte",
        "c1\u{9B}31m", "\u{85}next line", "\u{2028}separator\u{2029}", "\u{202E}txt.exe", "quote\" level=error x=\"",
        "back\\slash\\n", "\u{7F}", "", " ", "a=b", "한국어", "👩‍👩‍👧", "\u{FEFF}bom", "zero\u{200B}width",
    ]
}
