import LoginContracts

extension StatementHandle {
    /// Binds a node to ``TrailSchema/insertNode``.
    func bind(_ node: TreeNode, _ hash: MerkleHash) {
        self.bind(Int64(node.level), at: 1)
        self.bind(node.position, at: 2)
        self.bind(hash.bytes, at: 3)
    }

    /// The source of the current row of ``EntryColumn/selection``, `nil` when it has none.
    var leafSource: LeafSource? {
        guard let clusterID = self.text(EntryColumn.Joined.clusterID.column),
            let topic = self.text(EntryColumn.Joined.topic.column),
            let partition = self.integer(EntryColumn.Joined.partition.column)
        else { return nil }
        return LeafSource(clusterID: clusterID, topic: topic, partition: partition)
    }
}
