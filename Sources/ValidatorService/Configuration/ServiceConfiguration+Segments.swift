import AuditTrail

extension ServiceConfiguration {
    mutating func readSegments(_ reader: inout SettingReader) {
        self.audit.segments.maximumSize = reader.value(
            .segmentMaximumSize,
            default: nil,
            shown: "off",
            rule: "off, or a size such as 500MB or 10GB, from 1MB to 1000GB"
        ) { text in
            if text.lowercased() == "off" { return .some(nil) }
            return Self.bytes(text).flatMap { SegmentPolicy.sizes.contains($0) ? .some(.some($0)) : nil }
        }
        self.audit.segments.maximumAge = reader.value(
            .segmentMaximumAge,
            default: nil,
            shown: "off",
            rule: "off, or a time such as 24h or 30d, from 1m to 3660d"
        ) { text in
            if text.lowercased() == "off" { return .some(nil) }
            return Duration(setting: text).flatMap { SegmentPolicy.ages.contains($0) ? .some(.some($0)) : nil }
        }
    }

    /// `500MB`, `10GB`: millions and thousand millions of bytes.
    private static func bytes(_ text: String) -> Int64? {
        for (unit, size) in [("MB", Int64(1_000_000)), ("GB", 1_000_000_000)] where text.uppercased().hasSuffix(unit) {
            let (bytes, overflows) = (Int(digits: text.dropLast(unit.count)).map(Int64.init) ?? 0)
                .multipliedReportingOverflow(by: size)
            return overflows ? nil : bytes
        }
        return nil
    }
}
