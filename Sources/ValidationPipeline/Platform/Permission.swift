/// When something that is not possible now will be.
enum Permission: Hashable {
    case now
    case at(Duration)
    /// No time tells: something that is under way has to end first.
    case afterAnEvent

    /// Both must allow it.
    func and(_ other: Permission) -> Permission {
        switch (self, other) {
        case (.afterAnEvent, _), (_, .afterAnEvent): .afterAnEvent
        case (.at(let first), .at(let second)): .at(max(first, second))
        case (.at(let time), .now), (.now, .at(let time)): .at(time)
        case (.now, .now): .now
        }
    }

    func isGranted(at now: Duration) -> Bool {
        switch self {
        case .now: true
        case .at(let time): time <= now
        case .afterAnEvent: false
        }
    }
}
