import AuditTrail
import Foundation
import ValidationPipeline

extension ServiceEntry {
    /// What the mass-kick guard did, as auditors read it.
    init(_ transition: GuardTransition, instanceID: String) {
        let kind: Kind
        var details = [
            "cause": transition.cause.rawValue,
            "waitingEvents": "\(transition.waitingEvents)",
            "usualKickShare": String(format: "%.4f", transition.usualKickShare),
        ]
        switch transition.change {
        case .tripped: kind = .guardTripped
        case .released(let release):
            kind = .guardReleased
            details["release"] = release.rawValue
        }
        self.init(
            kind: kind,
            recordedAt: transition.at,
            instanceID: instanceID,
            kgAppId: transition.kgAppId,
            message: transition.explanation,
            details: details
        )
    }
}

extension GuardTransition {
    /// What happened and what to do, in sentences.
    var explanation: String {
        switch self.change {
        case .tripped: self.cause.advice
        case .released(.answersBackToNormal): "Answers are back to normal: the app's players are validated again."
        case .released(.byOperator): "An operator accepts the kicks: the app's players are validated again."
        case .released(.credentialsReplaced): "The app's credentials were replaced: its players are validated again."
        }
    }
}

extension MassKickGuard.Cause {
    /// What it means for the app and what to do, in sentences.
    var advice: String {
        switch self {
        case .surge:
            "Far more kicks than usual: the app's players are not decided until answers are back to normal or an operator "
                + "accepts the kicks (login-validator guard release)."
        case .wrongCredentials:
            "The platform refuses every token of the app as it does when appSecret or adminKey is wrong: its players are "
                + "not decided. Correct the credentials and send SIGHUP, or restart."
        }
    }
}
