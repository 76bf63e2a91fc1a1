import Logging

/// The metadata of one line: merged from all its sources, in the order of its keys, bounded.
struct LogMembers {
    private(set) var members: [(key: String, value: Logger.MetadataValue)]
    /// Members left out because there were more than ``maximumMembers``.
    let omitted: Int

    /// Members of a line, at most.
    static let maximumMembers = 64
    /// The longest key, and the longest text in a value or message, in bytes; longer ones are cut.
    static let maximumKeyBytes = 128
    static let maximumTextBytes = 4096
    /// Elements of an array or dictionary, and levels of them in one another.
    static let maximumElements = 64
    static let maximumDepth = 4

    /// A line's own metadata wins over the provider's, and that over the logger's.
    init(
        logger: Logger.Metadata,
        provider: Logger.MetadataProvider?,
        event: LogEvent
    ) {
        var merged = logger
        if let provider { merged.merge(provider.get()) { $1 } }
        if let metadata = event.metadata { merged.merge(metadata) { $1 } }
        if let error = event.error {
            merged["error.message"] = "\(error)"
            merged["error.type"] = "\(String(reflecting: type(of: error)))"
        }
        let sorted = merged.sorted { $0.key < $1.key }
        self.members = sorted.prefix(Self.maximumMembers).map {
            ($0.key.bounded(toBytes: Self.maximumKeyBytes), $0.value)
        }
        self.omitted = max(0, sorted.count - Self.maximumMembers)
    }
}

/// What one line may still spend on metadata, so that nested values cannot multiply to a line without end.
struct LogLineBudget {
    /// Bytes of metadata in a line, at most, give or take escapes.
    static let maximumBytes = 32 * 1024

    private var remaining = Self.maximumBytes

    /// The text cut to what one value, and what the line, may have.
    mutating func take(_ text: String) -> String {
        let bounded = text.bounded(toBytes: min(LogMembers.maximumTextBytes, max(0, self.remaining)))
        self.remaining -= bounded.utf8.count
        return bounded
    }
}
