package import LoginContracts

/// The mass-kick guard of an app tripped or was released: goes into the audit trail and to those who watch.
package struct GuardTransition: Hashable, Sendable {
    package var kgAppId: String
    package var change: Change
    package var cause: MassKickGuard.Cause
    package var at: Timestamp
    /// Events of the app that waited when it happened.
    package var waitingEvents: Int
    /// The usual share of kicks among answers, from 0 to 1.
    package var usualKickShare: Double

    package enum Change: Hashable, Sendable {
        case tripped
        case released(Release)
    }

    /// Who or what ended a trip.
    package enum Release: String, CaseIterable, Hashable, Sendable {
        /// Probes were answered as usual.
        case answersBackToNormal
        /// An operator accepts the kicks.
        case byOperator = "operator"
        /// The app's credentials were replaced.
        case credentialsReplaced
    }
}
