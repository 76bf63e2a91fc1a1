package import Logging

/// Decides how the process logs; called once, first thing.
package enum LoggingSetup {
    /// Makes every `Logger` of the process write to standard error.
    ///
    /// - Parameters:
    ///   - level: a level's name in any case; one that does not exist is `info`, since the configuration checks it.
    ///   - format: ``LogFormat/automatic`` is text on a terminal, else JSON.
    package static func bootstrap(level: String, format: LogFormat) {
        let level = Self.level(named: level) ?? .info
        let environment = TerminalEnvironment.current
        LoggingSystem.bootstrap(
            { label, provider in
                var handler = Self.handler(
                    label: label,
                    level: level,
                    format: format,
                    output: .standardError,
                    environment: environment
                )
                handler.metadataProvider = provider
                return handler
            },
            metadataProvider: nil
        )
    }

    /// A handler for one label.
    static func handler(
        label: String,
        level: Logger.Level,
        format: LogFormat,
        output: LogOutput,
        environment: TerminalEnvironment
    ) -> any LogHandler {
        let isTerminal = output.isTerminal
        let isText =
            switch format {
            case .text: true
            case .json: false
            case .automatic: isTerminal
            }
        guard isText else { return JSONLogHandler(label: label, level: level, output: output) }
        return TextLogHandler(level: level, output: output, hasColour: isTerminal && environment.allowsColour)
    }

    /// swift-log's level of that name; `warn` and `fatal` are understood too.
    package static func level(named name: String) -> Logger.Level? {
        switch name.lowercased() {
        case "warn": .warning
        case "fatal": .critical
        case let name: Logger.Level(rawValue: name)
        }
    }
}
