/// A protection that the settings leave out: something secret crosses a network in the open, or a false server would
/// not be noticed.
///
/// Each is allowed, for a test bench or a network that is protected otherwise, and never without a word: it is a warning
/// of `config check` and of every start, and it stands in the trail's entry of the start.
package struct Exposure: Hashable, Sendable {
    /// A short name for the trail's entry.
    package var name: String
    /// The setting, what it exposes, and what to do.
    package var warning: String
}
