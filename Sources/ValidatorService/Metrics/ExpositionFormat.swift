/// The two texts that a scraper may ask for.
package enum ExpositionFormat: Hashable, Sendable {
    /// The Prometheus text exposition format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.
    case openMetrics

    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The longest `Accept` value that is looked at, in bytes; a longer one is as none.
    static let maximumAcceptBytes = 1024

    /// What an `Accept` header field asks for (RFC 9110 section 12.5.1); OpenMetrics only when it is named and wanted
    /// no less than plain text.
    package init(accept: String?) {
        var openMetrics = 0.0
        var plainText = 0.0
        if let accept, accept.utf8.count <= Self.maximumAcceptBytes {
            for range in accept.split(separator: ",") {
                let parameters = range.split(separator: ";").map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
                let weight = Self.weight(in: parameters)
                switch parameters.first {
                case "application/openmetrics-text": openMetrics = max(openMetrics, weight)
                case "text/plain": plainText = max(plainText, weight)
                default: break
                }
            }
        }
        self = openMetrics > 0 && openMetrics >= plainText ? .openMetrics : .prometheus
    }

    private static func weight(in parameters: [String]) -> Double {
        guard let quality = parameters.dropFirst().first(where: { $0.hasPrefix("q=") }) else { return 1 }
        guard let weight = Double(quality.dropFirst(2)), weight >= 0, weight <= 1 else { return 0 }
        return weight
    }
}
