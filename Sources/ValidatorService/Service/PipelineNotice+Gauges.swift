import ValidationPipeline

extension PipelineNotice {
    /// Whether what operators see of hosts and guards is different now.
    var changesGauges: Bool {
        switch self {
        case .hostAvailability, .appAvailability, .guardChanged: true
        case .decided, .attemptFailed, .unexpectedStatus, .willRetry, .trailFailed, .publicationFailed, .cycleCompleted,
            .superseded, .deliveredBefore:
            false
        }
    }
}
