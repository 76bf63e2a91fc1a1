extension Duration {
    /// Whole milliseconds for a C call, rounded up, at least 0 and at most what fits.
    var milliseconds: Int32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = self.components
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : Int32(clamping: milliseconds.addingReportingOverflow(rest).partialValue)
    }
}
