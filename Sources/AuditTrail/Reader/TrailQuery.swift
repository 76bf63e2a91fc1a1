package import LoginContracts

/// Which entries of a trail somebody wants to see: every condition that is set must hold.
///
/// A player, or a source with an offset, is found by an index; a time range skips runs of 1024 entries outside it. Every
/// other condition is checked entry by entry from the newest down, until ``limit`` or ``maximumScan`` ends the search:
/// an index over each would cost every login more than these rare questions are worth.
package struct TrailQuery: Hashable, Sendable {
    package var playerId: String?
    package var kgAppId: String?
    /// In entries whose player is sealed, only together with ``playerId``.
    package var sessionId: String?
    package var eventID: String?
    /// Any of these; empty for all.
    package var decisions: Set<Decision> = []
    /// Any of these; empty for all.
    package var reasons: Set<DecisionReason> = []
    /// Any of these HTTP statuses; empty for all. At most ``maximumStatuses``.
    package var statuses: Set<Int> = []
    /// As ``TokenFingerprinter`` makes it.
    package var tokenFingerprint: [UInt8]?
    /// Recorded at or after this time.
    package var from: Timestamp?
    /// Recorded before this time.
    package var to: Timestamp?
    package var clusterID: String?
    package var topic: String?
    package var partition: Int32?
    package var offset: Int64?
    package var kinds: Set<Kind> = [.validation, .service]
    /// Only entries with a lower number: a page's ``TrailPage/nextAfter`` leads to the next page.
    package var after: Int64?
    /// Only entries with a higher number.
    package var before: Int64?
    /// The most entries of a page, within ``limits``.
    package var limit = 100
    /// The most entries to look at for one page, `nil` for as many as it takes. A page that ends for this reason may be
    /// short or even empty, and still says where to go on.
    package var maximumScan: Int64?

    package static let limits = 1...10_000
    package static let maximumStatuses = 100

    package enum Kind: CaseIterable, Hashable, Sendable {
        case validation
        /// What became of decisions, see ``EntryDelivery``; a decision itself tells its own.
        case delivery
        case service
    }

    /// How player and session stand in entries that are sealed; the reader finds it out.
    var sealedNames: SealedNames?

    struct SealedNames: Hashable, Sendable {
        var player: String
        var session: String?
    }

    package init() {}
}

/// A page of entries, newest first.
package struct TrailPage: Hashable, Sendable {
    package var entries: [TrailEntry]
    /// What to put into ``TrailQuery/after`` for the next page; `nil` when this page is the last.
    package var nextAfter: Int64?

    package init(entries: [TrailEntry], nextAfter: Int64?) {
        self.entries = entries
        self.nextAfter = nextAfter
    }
}
