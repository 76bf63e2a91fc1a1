import ValidationPipeline

extension ValidationService: GuardOperations {
    package func guardReport() async -> GuardReport? {
        guard let engine = self.runningEngine else { return nil }
        let gauges = await engine.gauges
        return GuardReport(gauges, instanceID: self.configuration.instanceID, now: .now)
    }

    package func releaseGuards(kgAppId: String?) async -> [String]? {
        guard let engine = self.runningEngine else { return nil }
        return await engine.releaseGuard(kgAppId: kgAppId)
    }
}
