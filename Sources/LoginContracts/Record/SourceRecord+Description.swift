// A login event holds an access token, also before anybody has looked at it, so a record shows where it is and how large
// its parts are, and none of its bytes.

extension SourceRecord: CustomStringConvertible, CustomReflectable {
    package var description: String {
        let (key, value) = (self.key?.count ?? 0, self.value?.count ?? 0)
        return
            "\(self.partition)@\(self.offset) (key: \(key) bytes, value: \(value) bytes, headers: \(self.headers.count))"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}

extension OutgoingRecord: CustomStringConvertible, CustomReflectable {
    package var description: String {
        let (key, value) = (self.key?.count ?? 0, self.value?.count ?? 0)
        return "OutgoingRecord(key: \(key) bytes, value: \(value) bytes, headers: \(self.headers.map(\.name)))"
    }

    package var customMirror: Mirror { Mirror(self, children: ["description": self.description]) }
}
