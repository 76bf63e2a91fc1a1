import ArgumentParser
import KafkaClient
import Logging
import LoginContracts
import Simulation

/// `simulate events`: produces login events.
struct SimulateEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Produces a believable mix of login events: most pass, some are refused, a few are broken.",
        discussion: "The same seed gives the same events, so that a test can know what must come of each."
    )

    @Option(help: "The Kafka brokers, host:port separated by commas.")
    var bootstrapServers: String

    @Option(help: "The topic to produce to.")
    var topic = "login.events"

    @Option(help: "How many events.")
    var count = 1000

    @Option(help: "Events per second; 0 is as fast as possible.")
    var rate: Double = 0

    @Option(help: "Seeds the events.")
    var seed: UInt64 = 1

    @Option(help: "The mix of events: believable, or measurement (plain JSON, 97 % valid, for comparing costs).")
    var mix: Mix = .believable

    enum Mix: String, CaseIterable, ExpressibleByArgument {
        case believable
        case measurement

        var eventMix: EventMix {
            switch self {
            case .believable: .believable
            case .measurement: .measurement
            }
        }
    }

    func validate() throws {
        guard self.count > 0 else { throw ValidationError("--count must be at least 1.") }
        guard self.rate >= 0, self.rate.isFinite else { throw ValidationError("--rate must be 0 or more.") }
    }

    func run() async throws {
        let producer = try KafkaProducer(
            configuration: KafkaConfiguration(bootstrapServers: self.bootstrapServers, clientID: "simulate-events"),
            mode: .idempotent,
            logger: Logger(label: "simulate-events").quieter
        )
        defer { producer.close() }
        var generator = EventGenerator(.init(seed: self.seed, mix: self.mix.eventMix))
        var bar = ProgressBar("Producing", total: self.count)
        try await EventFeed(producer: producer, topic: self.topic, rate: self.rate == 0 ? nil : self.rate)
            .produce(self.count, from: &generator) { bar.update($0) }
        bar.finish()
        Terminal.remark("Produced \(self.count) events to \(self.topic).\n")
    }
}
