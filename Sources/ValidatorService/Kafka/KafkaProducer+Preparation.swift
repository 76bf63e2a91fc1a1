import Foundation
import KafkaClient

extension KafkaProducer {
    /// How long topics that a broker makes on demand may take to appear.
    static let topicCreationTimeout: Duration = .seconds(10)

    /// Finds the topics; waits a little for one that the broker has just been moved to make
    /// (`auto.create.topics.enable`).
    func findTopics(_ topics: [String], timeout: Duration) throws(KafkaError) {
        let deadline = ContinuousClock.now + Self.topicCreationTimeout
        while true {
            do throws(KafkaError) {
                return try self.prepare(topics: topics, timeout: timeout)
            } catch {
                guard error.code == .unknownTopic || error.isRetriable, ContinuousClock.now < deadline else {
                    throw error
                }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}
