import LoginContracts
import ValidationPipeline

/// Makes records of the login topic without their JSON: the pipeline sees them decoded.
enum Logins {
    static let clusterID = "cluster"

    static func partition(_ number: Int32) -> SourcePartition {
        SourcePartition(topic: "login.events", partition: number)
    }

    static func event(eventID: String = "event", playerId: String? = nil, kgAppId: String = "100") -> LoginEvent {
        LoginEvent(
            kgAppId: kgAppId,
            accessToken: AccessToken("token")!,
            platform: .web,
            playerId: playerId,
            eventID: eventID
        )
    }

    /// - Parameter isDefective: makes a record that is no login event.
    static func login(
        _ offset: Int64,
        of partition: SourcePartition = Logins.partition(0),
        key: String? = nil,
        playerId: String? = nil,
        kgAppId: String = "100",
        host: String = "platform",
        timestamp: Timestamp? = Timestamp(0),
        valueSize: Int = 0,
        isDefective: Bool = false
    ) -> IncomingLogin {
        let record = SourceRecord(
            partition: partition,
            offset: offset,
            timestamp: timestamp,
            key: key.map { Array($0.utf8) },
            value: Array(repeating: 0x20, count: valueSize)
        )
        let content: IncomingLogin.Content =
            isDefective
            ? .defective(EventDefect(field: "value", rule: "is not JSON"), .malformed)
            : .login(Self.event(eventID: Self.eventID(partition, offset), playerId: playerId, kgAppId: kgAppId))
        return IncomingLogin(
            record: record,
            identity: RecordIdentity(of: record, clusterID: Self.clusterID),
            content: content,
            tokenFingerprint: nil,
            platformHost: host
        )
    }

    static func eventID(_ partition: SourcePartition, _ offset: Int64) -> String {
        LoginEvent.derivedID(partition: partition, offset: offset)
    }
}
