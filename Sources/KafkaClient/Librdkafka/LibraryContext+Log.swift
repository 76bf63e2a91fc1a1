import Logging

extension LibraryContext {
    /// Passes a line of librdkafka's log on.
    ///
    /// librdkafka redacts secrets itself. Its information is this service's debugging; a notice that a property belongs
    /// to the other kind of client is expected, because one file of properties serves both.
    func log(level: Int32, facility: UnsafePointer<CChar>?, text: UnsafePointer<CChar>?) {
        let facility = facility.map { String(cString: $0) } ?? ""
        let level = facility == "CONFWARN" ? .debug : Self.level(syslog: level)
        guard self.logger.logLevel <= level else { return }
        self.logger.log(
            level: level,
            "librdkafka",
            metadata: [
                "facility": "\(facility)",
                "text": "\(text.map { String(cString: $0) } ?? "")",
            ]
        )
    }

    /// The level for a syslog severity.
    private static func level(syslog: Int32) -> Logger.Level {
        switch syslog {
        case ...3: .error
        case 4: .warning
        case 5, 6: .debug
        default: .trace
        }
    }
}
