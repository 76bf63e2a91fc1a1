import LoginContracts
import ValidationPipeline

/// What the transaction coordinator does with the calls of transactional producers.
extension SimulatedBroker {
    private func check(_ id: String, epoch: Int) -> Failure? {
        guard self.world.mistake != .oldProducerNotFenced else { return nil }
        return self.producers[id]?.epoch == epoch ? nil : .fenced
    }

    /// Whether a call belongs to a transaction that the producer has left behind.
    private func isPast(_ token: Int, _ current: Int) -> Bool {
        token < current && self.world.mistake != .oldProducerNotFenced
    }

    /// A new producer takes the id: what its predecessor left open is aborted, what it was committing is committed.
    ///
    /// - Returns: the epoch that its calls carry.
    func initializeTransactions(_ id: String) -> Result<Int, Failure> {
        var producer = self.producers[id] ?? Producer()
        producer.epoch += 1
        self.producers[id] = producer
        guard self.world.mistake != .oldProducerNotFenced else { return .success(producer.epoch) }
        guard let transaction = producer.transaction else { return .success(producer.epoch) }
        if transaction.state == .open { self.end(transaction, of: id, isCommit: false) }
        return .failure(.concurrentTransaction)
    }

    func produce(
        _ publication: Publication,
        id: String,
        epoch: Int,
        token: Int,
        trail: SimulatedTrail
    ) -> Result<Void, Failure> {
        switch self.transaction(id, epoch: epoch, token: token, trail: trail) {
        case .failure(let failure): return .failure(failure)
        case .success(let transaction):
            // Sent again, it is known by its sequence numbers.
            guard transaction.records.isEmpty else { return .success(()) }
            let records = OutgoingRecord.all(of: publication, trail: trail, transaction: transaction)
            transaction.records = records
            self.append(records)
            return .success(())
        }
    }

    func sendOffsets(
        _ publication: Publication,
        membership: SimulatedGroup.Membership?,
        id: String,
        epoch: Int,
        token: Int,
        trail: SimulatedTrail
    ) -> Result<Void, Failure> {
        switch self.transaction(id, epoch: epoch, token: token, trail: trail) {
        case .failure(let failure): return .failure(failure)
        case .success(let transaction):
            guard self.world.group.accepts(membership) else { return .failure(.illegalGeneration) }
            for (partition, progress) in publication.progress {
                transaction.offsets[Int(partition.partition)] = progress
            }
            return .success(())
        }
    }

    /// The transaction that a call belongs to; its first call opens it.
    private func transaction(
        _ id: String,
        epoch: Int,
        token: Int,
        trail: SimulatedTrail
    ) -> Result<SimulatedTransaction, Failure> {
        if let failure = self.check(id, epoch: epoch) { return .failure(failure) }
        var producer = self.producers[id] ?? Producer()
        if let transaction = producer.transaction {
            if transaction.state != .open { return .failure(.concurrentTransaction) }
            return self.isPast(token, transaction.token) ? .failure(.invalidState) : .success(transaction)
        }
        guard !self.isPast(token, producer.lastToken + 1) else { return .failure(.invalidState) }
        let transaction = SimulatedTransaction(token: token, trail: trail)
        producer.transaction = transaction
        self.producers[id] = producer
        self.world.after(Self.transactionTimeout) { [self] in
            guard transaction.state == .open else { return }
            self.producers[id]?.epoch += 1
            self.end(transaction, of: id, isCommit: false)
        }
        return .success(transaction)
    }

    func endTransaction(_ id: String, epoch: Int, token: Int, isCommit: Bool) -> Result<Void, Failure> {
        if let failure = self.check(id, epoch: epoch) { return .failure(failure) }
        guard let transaction = self.producers[id]?.transaction, !self.isPast(token, transaction.token) else {
            return self.producers[id]?.lastEnd == isCommit ? .success(()) : .failure(.invalidState)
        }
        switch transaction.state {
        case .open:
            self.end(transaction, of: id, isCommit: isCommit)
            return .success(())
        case .ending(isCommit), .ended(isCommit): return .failure(.concurrentTransaction)
        case .ending, .ended: return .failure(.invalidState)
        }
    }

    /// From here its end is certain; it is seen once the markers are written.
    private func end(_ transaction: SimulatedTransaction, of id: String, isCommit: Bool) {
        transaction.state = .ending(isCommit: isCommit)
        let isSlow = self.world.random.chance(0.05)
        self.world.after(self.world.random.milliseconds(isSlow ? 100...8000 : 1...40)) { [self] in
            transaction.state = .ended(isCommit: isCommit)
            self.producers[id]?.transaction = nil
            self.producers[id]?.lastEnd = isCommit
            self.producers[id]?.lastToken = transaction.token
            if isCommit { self.keep(transaction.offsets, records: transaction.records, trail: transaction.trail) }
            self.read()
        }
    }
}
