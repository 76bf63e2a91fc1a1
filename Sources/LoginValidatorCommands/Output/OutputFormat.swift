import ArgumentParser

/// How results are written to stdout.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// Aligned columns, for people.
    case table
    /// One JSON document.
    case json
    /// One JSON document a line.
    case ndjson
    /// RFC 4180, with a header line.
    case csv
}
