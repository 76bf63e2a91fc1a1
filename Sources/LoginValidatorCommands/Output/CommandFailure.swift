import ArgumentParser
import Foundation
import ValidatorService

/// Why a command ends: one message on stderr and the contract's exit status. Never a stack trace.
struct CommandFailure: Error, CustomStringConvertible {
    /// The statuses of contract section 7.
    enum Status: Int32 {
        case failed = 1
        case usage = 2
    }

    var status: Status
    var message: String

    var description: String { self.message }

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Prints what there is to say about the error and ends the process.
    static func exit(with error: any Error) -> Never {
        switch error {
        case let failure as CommandFailure:
            Self.complain(failure.message)
            Foundation.exit(failure.status.rawValue)
        case let code as ExitCode:
            Foundation.exit(code.rawValue)
        case let error as ConfigurationError:
            for warning in error.warnings { Self.complain("warning: \(warning)") }
            Self.complain("\(error)")
            Foundation.exit(Status.usage.rawValue)
        default:
            let code = LoginValidator.exitCode(for: error)
            let text = LoginValidator.fullMessage(for: error)
            switch code {
            case .success:
                Terminal.write(text + "\n")
                Foundation.exit(0)
            case .validationFailure:
                Terminal.remark(text + "\n")
                Foundation.exit(Status.usage.rawValue)
            default:
                Self.complain("\(error)")
                Foundation.exit(Status.failed.rawValue)
            }
        }
    }

    /// Line by line, because a message can repeat what a file or an argument holds.
    private static func complain(_ message: String) {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map {
            Terminal.printable(String($0))
        }
        Terminal.remark("login-validator: \(lines.joined(separator: "\n"))\n")
    }
}
