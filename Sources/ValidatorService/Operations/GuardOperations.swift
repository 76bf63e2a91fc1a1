/// What the operations endpoint shows of the mass-kick guards, and the one thing it changes.
package protocol GuardOperations: Sendable {
    /// The guards as they are now; `nil` while no engine runs.
    func guardReport() async -> GuardReport?

    /// An operator accepts the kicks of an app, or of all.
    ///
    /// The release is an entry of the trail with the next commit cycle.
    ///
    /// - Returns: the apps whose guard was tripped; `nil` while no engine runs.
    func releaseGuards(kgAppId: String?) async -> [String]?
}
