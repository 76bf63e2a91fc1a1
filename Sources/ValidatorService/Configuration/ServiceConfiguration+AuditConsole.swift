import LoginContracts

extension ServiceConfiguration {
    mutating func readAuditConsole(_ reader: inout SettingReader) {
        self.auditConsole.listen = reader.value(
            .consoleListen,
            default: self.auditConsole.listen,
            shown: "127.0.0.1:9465",
            rule: "host:port or [address]:port, such as 127.0.0.1:9465"
        ) { Operations.Address(setting: $0) }
        if let token = reader.secret(.consoleToken) {
            let lengths = Self.consoleTokenLengths
            if token.value.isVisibleASCII(maximumLength: lengths.upperBound),
                token.value.utf8.count >= lengths.lowerBound
            {
                self.auditConsole.token = token
            } else {
                reader.complain(
                    about: .consoleToken,
                    "must be \(lengths.lowerBound) to \(lengths.upperBound) visible ASCII characters; "
                        + "`openssl rand -hex 32` makes one."
                )
            }
        }
    }

    /// Too long to be guessed, short enough for a form.
    static let consoleTokenLengths = 32...512
}
