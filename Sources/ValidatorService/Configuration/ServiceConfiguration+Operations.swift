import HTTPListener

extension ServiceConfiguration {
    mutating func readOperations(_ reader: inout SettingReader) {
        self.operations.listen = reader.value(
            .opsListen,
            default: self.operations.listen,
            shown: "127.0.0.1:9464",
            rule: "host:port, [address]:port or off, such as 127.0.0.1:9464"
        ) { text in
            text.lowercased() == "off" ? .some(nil) : ListenAddress(setting: text).map { .some($0) }
        }
        self.operations.token = reader.token(.opsToken, lengths: Self.operatorTokenLengths)
        self.warnOfOpenOperations(&reader)
    }

    /// Too long to be guessed, short enough for a header.
    static let operatorTokenLengths = 16...512

    private func warnOfOpenOperations(_ reader: inout SettingReader) {
        guard let listen = self.operations.listen, !listen.isLoopback else { return }
        let rest =
            self.operations.token == nil
            ? "Releasing a mass-kick guard over it is refused until \(Setting.opsToken.name) is set."
            : "\(Setting.opsToken.name) crosses the network in the open when a mass-kick guard is released."
        reader.warnings.append(
            "\(Setting.opsListen.name) is open to other machines and asks nobody who reads for a password, so a firewall "
                + "or a network policy must. \(rest)"
        )
    }
}
