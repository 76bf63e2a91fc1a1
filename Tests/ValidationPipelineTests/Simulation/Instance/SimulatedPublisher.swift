import LoginContracts
import ValidationPipeline

/// The producing side of one process, call by call, as the service does it: a transaction that must be aborted is
/// aborted; a producer that failed otherwise is given up; and where the end of a commit is unknown, a new producer with
/// the same transactional id ends what was open and the committed offsets tell.
final class SimulatedPublisher {
    private unowned let instance: SimulatedInstance
    private unowned let world: SimulatedWorld
    private let connection: SimulatedConnection
    private let transactionalID: String
    /// `nil` when there is no producer.
    private var epoch: Int?
    private var token = 0
    private var fencings = 0
    private var hasFailed = false
    /// Whether a transaction may have taken place and nobody was asked.
    private var isUnresolved = false
    var isStopping = false

    typealias Completion = (Result<Void, PublicationFailure>) -> Void

    static let maximumFencings = 3

    init(instance: SimulatedInstance, world: SimulatedWorld) {
        self.instance = instance
        self.world = world
        self.connection = SimulatedConnection(world: world, instance: instance)
        self.transactionalID = "service\(instance.number)"
    }

    /// Takes the transactional id, before the consumer reads any offsets.
    func start(then started: @escaping () -> Void) {
        guard self.world.scenario.isExactlyOnce else { return started() }
        self.withProducer { [self] result in
            if case .success = result { return started() }
            self.instance.after(.seconds(1)) { self.start(then: started) }
        }
    }

    func publish(_ publication: Publication, then completion: @escaping Completion) {
        var publication = publication
        if self.world.mistake == .outcomeMadeAnewOnRetry, self.hasFailed {
            for index in publication.outcomes.indices {
                publication.outcomes[index].decidedAt = self.instance.moment.wall
            }
        }
        let completion: Completion = { [self] in
            if case .failure = $0 { self.hasFailed = true }
            completion($0)
        }
        guard self.world.scenario.isExactlyOnce else {
            return self.publishAtLeastOnce(publication, then: completion)
        }
        guard !self.isUnresolved else { return self.leaveInDoubt(publication, then: completion) }
        guard let membership = self.instance.membership(of: publication.epoch) else {
            return completion(.failure(PublicationFailure(message: "The partitions were given up.")))
        }
        guard self.world.mistake == .offsetsBeforeOutcomes else {
            return self.transact(publication, membership, then: completion)
        }
        self.connection.call { [self] in
            self.world.broker.commit(publication.progress, membership: membership, trail: self.instance.trail)
        } then: { [self] in
            if case .failure(let failure) = $0 { return completion(Self.failed(failure)) }
            self.transact(publication, membership, then: completion)
        }
    }

    private static func failed(_ failure: SimulatedBroker.Failure) -> Result<Void, PublicationFailure> {
        .failure(PublicationFailure(message: "\(failure)"))
    }

    // MARK: Transactions

    private func withProducer(_ body: @escaping (Result<Int, SimulatedBroker.Failure>) -> Void) {
        if let epoch { return body(.success(epoch)) }
        let (broker, id) = (self.world.broker, self.transactionalID)
        self.connection.retrying(for: self.patience) {
            broker.initializeTransactions(id)
        } then: { [self] in
            if case .success(let epoch) = $0 { self.epoch = epoch }
            body($0)
        }
    }

    private var patience: Duration {
        self.isStopping ? .zero : .seconds(self.world.random.int(5...60))
    }

    private func transact(
        _ publication: Publication,
        _ membership: SimulatedGroup.Membership,
        then completion: @escaping Completion
    ) {
        let (broker, id, trail) = (self.world.broker, self.transactionalID, self.instance.trail)
        let connection = self.connection
        let sent = self.world.mistake == .membershipNotSent ? nil : membership
        self.withProducer { [self] result in
            guard case .success(let epoch) = result else {
                return self.recover(from: .timedOut, publication, isCommitting: false, then: completion)
            }
            self.token = self.world.nextToken()
            let token = self.token
            connection.retrying(for: self.patience) {
                broker.produce(publication, id: id, epoch: epoch, token: token, trail: trail)
            } then: { [self] in
                if case .failure(let failure) = $0 {
                    return self.recover(from: failure, publication, isCommitting: false, then: completion)
                }
                connection.retrying(for: self.patience) {
                    broker.sendOffsets(publication, membership: sent, id: id, epoch: epoch, token: token, trail: trail)
                } then: { [self] in
                    if case .failure(let failure) = $0 {
                        return self.recover(from: failure, publication, isCommitting: false, then: completion)
                    }
                    connection.retrying(for: self.patience) {
                        broker.endTransaction(id, epoch: epoch, token: token, isCommit: true)
                    } then: { [self] in
                        if case .failure(let failure) = $0 {
                            return self.recover(from: failure, publication, isCommitting: true, then: completion)
                        }
                        self.fencings = 0
                        completion(.success(()))
                    }
                }
            }
        }
    }

    // MARK: Recovery

    private func recover(
        from failure: SimulatedBroker.Failure,
        _ publication: Publication,
        isCommitting: Bool,
        then completion: @escaping Completion
    ) {
        if failure == .illegalGeneration, let epoch {
            return self.abort(epoch, because: failure, then: completion)
        }
        self.epoch = nil
        if failure == .fenced {
            self.fencings += 1
            if self.fencings >= Self.maximumFencings { return self.instance.giveUp() }
        }
        guard isCommitting, self.world.mistake != .unknownEndCountsAsFailure else {
            return completion(Self.failed(failure))
        }
        self.resolve(publication, then: completion)
    }

    private func abort(
        _ epoch: Int,
        because failure: SimulatedBroker.Failure,
        then completion: @escaping Completion
    ) {
        let (broker, id, token) = (self.world.broker, self.transactionalID, self.token)
        self.connection.retrying(for: self.patience) {
            broker.endTransaction(id, epoch: epoch, token: token, isCommit: false)
        } then: { [self] in
            if case .failure = $0 { self.epoch = nil }
            completion(self.world.mistake == .abortCountsAsCommit ? .success(()) : Self.failed(failure))
        }
    }

    /// Asks until the broker answers, or the service is stopping.
    private func resolve(_ publication: Publication, then completion: @escaping Completion) {
        guard !self.isStopping else {
            self.isUnresolved = true
            return self.leaveInDoubt(publication, then: completion)
        }
        let again: () -> Void = { [self] in
            self.instance.after(.milliseconds(500)) { self.resolve(publication, then: completion) }
        }
        self.withProducer { [self] in
            guard case .success = $0 else { return again() }
            let broker = self.world.broker
            self.connection.call {
                Result<CommitEnd, SimulatedBroker.Failure>.success(broker.end(of: publication.progress))
            } then: { [self] in
                switch $0 {
                case .failure: again()
                case .success(.committed): completion(.success(()))
                case .success(.aborted): completion(Self.failed(.timedOut))
                case .success(.unknown): self.leaveInDoubt(publication, then: completion)
                }
            }
        }
    }

    private func leaveInDoubt(_ publication: Publication, then completion: @escaping Completion) {
        self.world.auditor.endIsUnknown(of: publication)
        completion(.failure(PublicationFailure(message: "The end stays unknown.", isInDoubt: true)))
    }

    // MARK: At least once

    /// Records first; some get through when the rest does not. Then the offsets.
    private func publishAtLeastOnce(_ publication: Publication, then completion: @escaping Completion) {
        let (world, trail) = (self.world, self.instance.trail)
        let records = OutgoingRecord.all(of: publication, trail: trail, transaction: nil)
        let isComplete = !world.isBrokerOut && !world.random.chance(world.faultRates.brokerCallFails)
        let arrived = isComplete ? records : Array(records.prefix(world.random.int(0...records.count)))
        let completion: Completion = { result in
            completion(result.mapError { PublicationFailure(message: $0.message, isInDoubt: !records.isEmpty) })
        }
        self.instance.after(world.random.milliseconds(1...60)) {
            world.broker.append(arrived)
            guard isComplete else { return completion(Self.failed(.timedOut)) }
            let membership = self.instance.membership
            self.connection.call(mayBeLate: false) {
                world.broker.commit(publication.progress, membership: membership, trail: trail)
            } then: {
                if case .failure(let failure) = $0 {
                    completion(Self.failed(failure))
                } else {
                    completion(.success(()))
                }
            }
        }
    }
}
