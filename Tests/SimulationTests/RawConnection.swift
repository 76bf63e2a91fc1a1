import NIOCore
import NIOPosix

/// A client that hides nothing: bytes out, bytes in, over one connection.
struct RawConnection {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received: [UInt8] = []

    static func open<Result>(
        port: Int,
        _ body: (inout RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }

    private init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func send(_ text: String) async throws {
        try await self.outbound.write(ByteBuffer(string: text))
    }

    /// The next answer; `nil` when the connection ends before its head does.
    mutating func answer() async throws -> RawAnswer? {
        var headEnd = self.endOfHead()
        while headEnd == nil {
            guard try await self.receive() else { return nil }
            headEnd = self.endOfHead()
        }
        let end = headEnd ?? 0
        var answer = RawAnswer(head: String(decoding: self.received[..<end], as: UTF8.self))
        let length = end + (answer.contentLength ?? 0)
        while self.received.count < length, try await self.receive() {}
        answer.body = Array(self.received[end..<min(length, self.received.count)])
        answer.isComplete = self.received.count >= length
        self.received.removeFirst(min(length, self.received.count))
        return answer
    }

    private mutating func receive() async throws -> Bool {
        // A reset is an end as well.
        guard let part = try? await self.inbound.next() else { return false }
        self.received.append(contentsOf: part.readableBytesView)
        return true
    }

    private func endOfHead() -> Int? {
        self.received.indices.dropLast(3).first { Array(self.received[$0..<($0 + 4)]) == [13, 10, 13, 10] }
            .map { $0 + 4 }
    }
}

struct RawAnswer {
    let status: Int
    let head: String
    var body: [UInt8] = []
    var isComplete = false

    init(head: String) {
        self.head = head
        self.status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
    }

    func header(_ name: String) -> String? {
        for line in self.head.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return nil
    }

    var contentLength: Int? { self.header("Content-Length").flatMap { Int($0) } }
    var text: String { String(decoding: self.body, as: UTF8.self) }
}
