import Foundation
import LoginContracts
import PlatformClient
import ValidationPipeline

/// What `validate` prints.
struct ValidationResult: Encodable {
    var decision = Decision.undetermined
    var reason: DecisionReason? = .platformUnavailable
    var status: Int?
    var code: Int?
    var message: String?
    var playerId: String?
    var playerStatus: String?
    var lockout: Lockout?
    var attempts = 0
    var latencyMilliseconds: Double?
    var error: String?

    mutating func take(_ answer: ValidationAnswer, ruling: VerdictPolicy.Ruling) {
        let verdict = answer.verdict
        self.status = verdict.status
        self.code = verdict.code
        self.message = verdict.message
        self.playerId = verdict.player?.playerId
        self.playerStatus = verdict.player?.status
        self.lockout = verdict.lockout
        self.latencyMilliseconds = Double(answer.latency.microseconds) / 1000
        self.error = nil
        switch ruling.action {
        case .pass: (self.decision, self.reason) = (.pass, nil)
        case .kick: (self.decision, self.reason) = (.kick, ruling.reason)
        case .lockout: (self.decision, self.reason) = (.lockout, ruling.reason)
        case .reject: (self.decision, self.reason) = (.rejected, ruling.reason)
        case .retry: (self.decision, self.reason) = (.undetermined, .platformUnavailable)
        }
    }

    /// Contract section 7.
    var exitStatus: Int32 {
        switch self.decision {
        case .pass: 0
        case .kick: 10
        case .lockout: 11
        case .rejected, .undetermined, .stale: 12
        }
    }

    func text(_ format: OutputFormat) throws -> String {
        guard format == .table else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
        var table = TextTable([.init("FIELD"), .init("VALUE")])
        func add(_ name: String, _ value: (some Any)?) {
            if let value { table.append([name, "\(value)"]) }
        }
        add("decision", self.decision.rawValue)
        add("reason", self.reason?.rawValue)
        add("status", self.status)
        add("code", self.code)
        add("message", self.message)
        add("player", self.playerId)
        add("player status", self.playerStatus)
        add("lockout", self.lockout?.certMethod.map { "release by \($0)" })
        add("attempts", self.attempts)
        add("latency ms", self.latencyMilliseconds)
        add("error", self.error)
        return table.text
    }
}
