import Foundation
import KafkaClient
import LoginContracts
import Simulation
import ValidatorService

/// Produces generated events at a rate. Calls of the producer block for as long as its queue is full.
struct EventFeed {
    let producer: KafkaProducer
    let topic: String
    /// Events per second; `nil` is as fast as possible.
    let rate: Double?

    /// How long the last records may take to be acknowledged.
    static let flushTimeout: Duration = .seconds(60)

    /// - Parameter progress: hears how many were produced, now and then.
    func produce(
        _ count: Int,
        from generator: inout EventGenerator,
        progress: (Int) -> Void
    ) async throws {
        var pacer = EventPacer(eventsPerSecond: self.rate, start: ContinuousClock.now)
        var produced = 0
        while produced < count {
            let due = min(pacer.due(at: .now), count - produced)
            for _ in 0..<due {
                let event = generator.next(at: .now)
                try self.producer.produce(KafkaProducerRecord(event.record, topic: self.topic))
            }
            produced += due
            progress(produced)
            if produced < count, let next = pacer.next { try await Task.sleep(until: next, clock: .continuous) }
            try Task.checkCancellation()
        }
        try self.producer.flush(timeout: Self.flushTimeout)
    }
}

extension KafkaProducerRecord {
    fileprivate init(_ record: OutgoingRecord, topic: String) {
        self.init(
            topic: topic,
            key: record.key,
            value: record.value,
            headers: record.headers.map { KafkaHeader(name: $0.name, value: $0.value) },
            timestampMilliseconds: nil
        )
    }
}
