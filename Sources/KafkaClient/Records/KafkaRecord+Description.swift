// What a record's bytes mean is not known here, and it may be secret: a record shows where it is and how large it is.

extension KafkaRecord: CustomStringConvertible, CustomReflectable {
    package var description: String {
        let (key, value) = (self.key?.count ?? 0, self.value?.count ?? 0)
        return "\(self.topicPartition)@\(self.offset) (key: \(key) bytes, value: \(value) bytes)"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension KafkaProducerRecord: CustomStringConvertible, CustomReflectable {
    package var description: String {
        let (key, value) = (self.key?.count ?? 0, self.value?.count ?? 0)
        return "KafkaProducerRecord(\(self.topic), key: \(key) bytes, value: \(value) bytes)"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}
