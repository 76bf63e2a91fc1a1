import ArgumentParser
import Foundation
import KafkaClient
import UnixSignals

/// `simulate broker`: librdkafka's mock cluster, for trying things out.
struct SimulateBrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Runs an embedded Kafka broker in memory and prints its address.",
        discussion: """
            It does not keep the offsets of transactions, so a service on it needs KAFKA_DELIVERY=at-least-once. Nothing \
            survives its end.
            """
    )

    @Option(help: "A topic to make, as NAME or NAME:PARTITIONS; can be given again.")
    var topic: [String] = [
        "login.events:6", "login.outcomes:6", "login.events.dead-letters:1", "login.audit.checkpoints:1",
    ]

    func run() async throws {
        var topics: [String: Int] = [:]
        for text in self.topic {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty, parts.count <= 2,
                let partitions = parts.count == 2 ? Int(parts[1]) : 6, (1...100).contains(partitions)
            else {
                throw CommandFailure(.usage, "--topic takes NAME or NAME:PARTITIONS with 1 to 100 partitions: \(text)")
            }
            topics[String(name)] = partitions
        }
        let broker = try EmbeddedBroker(topics: topics)
        Terminal.write("\(broker.bootstrapServers)\n")
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
        broker.close()
    }
}
