import ValidationPipeline

extension ReadinessState {
    /// The service is not ready while the trail or Kafka refuses its writes. What concerns the platform and the guards is
    /// shown from the gauges: ``show(_:)``.
    func observe(_ notice: PipelineNotice) {
        switch notice {
        case .trailFailed(let failure): self.set(.trail, isReady: false, message: failure.message)
        case .publicationFailed(let failure): self.set(.kafka, isReady: false, message: failure.message)
        case .cycleCompleted:
            self.set(.trail, isReady: true)
            self.set(.kafka, isReady: true)
        case .decided, .attemptFailed, .unexpectedStatus, .willRetry, .superseded, .deliveredBefore, .hostAvailability,
            .appAvailability, .guardChanged:
            break
        }
    }
}
