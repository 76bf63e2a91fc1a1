import LoginContracts

/// The values of a row of `sources` as a leaf writes them; made once for all the entries of a partition.
final class LeafSource: Sendable {
    let clusterID: [UInt8]
    let topic: [UInt8]
    let partition: [UInt8]

    init(clusterID: String, topic: String, partition: Int64) {
        self.clusterID = Self.written { $0.append(text: clusterID) }
        self.topic = Self.written { $0.append(text: topic) }
        self.partition = Self.written { $0.append(integer: partition) }
    }

    private static func written(_ body: (CanonicalJSON) -> Void) -> [UInt8] {
        let json = CanonicalJSON()
        body(json)
        return json.bytes
    }
}
