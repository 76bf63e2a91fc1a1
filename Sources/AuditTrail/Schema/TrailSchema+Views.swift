extension TrailSchema {
    /// What an auditor reads in the plain `sqlite3` shell.
    ///
    /// Times are RFC 3339 texts with milliseconds, bytes are hexadecimal, and the delivery of an entry is spelled out.
    static let views = """
        CREATE VIEW decisions AS
        SELECT
            e."index",
            \(Self.text(ofTime: "e.recorded_at")) AS recorded_at,
            e.decision,
            e.reason,
            e.kg_app_id,
            e.player_id,
            e.session_id,
            e.platform,
            e.overridden_platform,
            e.event_id,
            \(Self.text(ofTime: "e.occurred_at")) AS occurred_at,
            e.http_status,
            e.api_code,
            e.message,
            e.player_status,
            e.lockout,
            e.attempts,
            e.platform_latency_us / 1000.0 AS platform_latency_ms,
            ifnull(d.state, 'in doubt') AS delivery,
            \(Self.text(ofTime: "d.marked_at")) AS delivered_at,
            s.cluster_id,
            s.topic,
            s.partition,
            e.record_offset AS "offset",
            lower(hex(e.record_digest)) AS record_digest,
            lower(hex(e.token_fingerprint)) AS token_fingerprint,
            e.trace_id,
            e.instance_id,
            e.policy_version
        FROM entries AS e
        JOIN sources AS s ON s.id = e.source_id
        \(Self.deliveryJoin)
        WHERE e.kind = 'validation';

        CREATE VIEW kicks AS
        SELECT "index", recorded_at, decision, reason, kg_app_id, player_id, session_id, http_status, api_code, message,
            delivery, delivered_at, event_id, topic, partition, "offset"
        FROM decisions
        WHERE decision IN ('kick', 'lockout');
        """

    /// What happened to the service: the entries that are of no other kind than these.
    static func serviceLog(without kinds: [String]) -> String {
        let excluded = kinds.map { "kind <> '\($0)'" }.joined(separator: " AND ")
        return """
            CREATE VIEW service_log AS
            SELECT "index", \(Self.text(ofTime: "recorded_at")) AS recorded_at, kind, instance_id, kg_app_id, message, details
            FROM entries
            WHERE \(excluded);
            """
    }

    /// Joins the one delivery `d` that can cover entry `e`: ranges never overlap, so it is the last that begins at or
    /// before the entry, if it reaches that far.
    static let deliveryJoin = """
        LEFT JOIN deliveries AS d
            ON d.first_index = (SELECT max(first_index) FROM deliveries WHERE first_index <= e."index")
            AND d.last_index >= e."index"
        """

    private static func text(ofTime column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
    }
}
