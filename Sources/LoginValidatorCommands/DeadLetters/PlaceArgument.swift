import ArgumentParser
import ValidatorService

/// A place in the dead-letter topic on the command line: `PARTITION/OFFSET`.
struct PlaceArgument: ExpressibleByArgument {
    let place: DeadLetterPlace

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = Int32(parts[0]), partition >= 0, let offset = Int64(parts[1]),
            offset >= 0, offset < .max
        else { return nil }
        self.place = DeadLetterPlace(partition: partition, offset: offset)
    }
}
