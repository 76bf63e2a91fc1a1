package import HostileInput

/// A decoder that faces the outside, with inputs it knows and what must hold for every input.
///
/// The same targets serve the seeded tests (`FuzzTests`) and libFuzzer (`ops/fuzz`).
package struct FuzzTarget: Sendable {
    package let name: String
    /// Inputs to begin with: plausible ones, good and bad.
    package let seeds: [[UInt8]]
    /// Words of the input's format.
    package let pieces: [String]
    /// The rules that are broken for an input; none when all is well. May be called from any thread.
    package let brokenRules: @Sendable ([UInt8]) -> [String]

    init(_ name: String, seeds: [String], pieces: [String], _ brokenRules: @escaping @Sendable ([UInt8]) -> [String]) {
        self.name = name
        self.seeds = seeds.map { Array($0.utf8) }
        self.pieces = pieces
        self.brokenRules = brokenRules
    }

    package static let all: [FuzzTarget] = [
        .loginEvent, .cloudEvent, .plainJSON, .answer, .retryAfter, .outcome, .committedProgress, .settings,
        .configurationFile, .propertiesFile, .credentialsFile, .policyFile, .texts, .arguments,
    ]

    package static func named(_ name: String) -> FuzzTarget? { self.all.first { $0.name == name } }

    package var mutation: Mutation { Mutation(seeds: self.seeds, pieces: self.pieces) }
}

/// Stands in inputs where a secret would; no output may hold it.
let plantedSecret = "SECRET-not-real-0123456789"

/// Of the planted secret, enough to tell it from the names of settings, which may be shown: a mutation can cut a secret
/// to the `SECRET` of `PLATFORM_APP_SECRET`.
let plantedSecretMark = "SECRET-not"

/// Gathers the rules that an input breaks.
struct Rules {
    var broken: [String] = []

    mutating func expect(_ holds: Bool, _ rule: @autoclosure () -> String) {
        if !holds { self.broken.append(rule()) }
    }
}

/// Everything that printing, debugging or `dump` shows of a value.
func shown(_ value: Any) -> String {
    var text = "\(value)\n" + String(reflecting: value) + "\n"
    dump(value, to: &text)
    return text
}
