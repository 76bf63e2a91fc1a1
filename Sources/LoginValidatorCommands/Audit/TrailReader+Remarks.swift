import AuditTrail

extension TrailReader {
    /// Says on standard error that the trail's oldest entries are not in what was shown, if they were removed.
    func remarkRemovals() throws {
        guard let last = try self.removals().last else { return }
        Terminal.remark(
            "The entries 0 to \(last.indices.upperBound - 1) are not among them: they were removed by policy, the last on \(last.removedAt).\n"
        )
    }
}
