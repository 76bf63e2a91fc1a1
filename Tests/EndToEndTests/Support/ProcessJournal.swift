import Foundation
import Synchronization
import Testing

/// The processes that a test has started, so that a failure can show what they logged and none outlives the test.
final class ProcessJournal: Sendable {
    @TaskLocal static var current: ProcessJournal?

    private let processes = Mutex<[Running]>([])

    /// Of each log, the last so many characters are shown.
    static let maximumShown = 5000

    func add(_ process: Running) {
        self.processes.withLock { $0.append(process) }
    }

    /// What the processes wrote on stderr, the newest process first.
    var text: String {
        let logs = self.processes.withLock { $0 }.reversed().compactMap { process -> String? in
            let errors = process.errors
            guard !errors.isEmpty else { return nil }
            return "--- stderr of \(process.name):\n" + errors.suffix(Self.maximumShown)
        }
        return logs.prefix(3).joined(separator: "\n")
    }

    func end() {
        for process in self.processes.withLock({ $0 }) { process.end() }
    }
}

/// Shows the logs of a test's processes in each of its failures.
struct LogsInFailures: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        let journal = ProcessJournal()
        defer { journal.end() }
        try await ProcessJournal.$current.withValue(journal) {
            try await Self.annotating(journal, test, testCase) {
                do {
                    try await function()
                } catch {
                    throw Failure("\(error)\n\(journal.text)")
                }
            }
        }
    }

    private static func annotating(
        _ journal: ProcessJournal,
        _ test: Test,
        _ testCase: Test.Case?,
        _ function: @Sendable () async throws -> Void
    ) async throws {
        #if compiler(>=6.2)
        let trait: IssueHandlingTrait = .compactMapIssues { issue in
            var issue = issue
            issue.comments.append(Comment(rawValue: journal.text))
            return issue
        }
        try await trait.provideScope(for: test, testCase: testCase, performing: function)
        #else
        try await function()
        #endif
    }
}

extension Trait where Self == LogsInFailures {
    static var logsInFailures: Self { LogsInFailures() }
}
