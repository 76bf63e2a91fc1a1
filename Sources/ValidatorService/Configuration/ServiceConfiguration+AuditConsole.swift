import HTTPListener

extension ServiceConfiguration {
    mutating func readAuditConsole(_ reader: inout SettingReader) {
        self.auditConsole.listen = reader.value(
            .consoleListen,
            default: self.auditConsole.listen,
            shown: "127.0.0.1:9465",
            rule: "host:port or [address]:port, such as 127.0.0.1:9465"
        ) { ListenAddress(setting: $0) }
        self.auditConsole.token = reader.token(.consoleToken, lengths: Self.consoleTokenLengths)
    }

    /// Too long to be guessed, short enough for a form.
    static let consoleTokenLengths = 32...512
}
