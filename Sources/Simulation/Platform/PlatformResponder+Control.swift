import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The control endpoint: `GET` and `PUT /control`, `POST` and `DELETE /control/requests`.
extension PlatformResponder {
    /// The longest accepted body; a token has at most 4096 bytes.
    static let maximumControlBytes = 8192

    func control(_ request: Request) async throws -> Response {
        switch (request.uri.path, request.method) {
        case ("/control", .get):
            return try self.describe()
        case ("/control", .put):
            guard let body = try await self.body(of: request) else { return Response(.isTooLarge) }
            do {
                self.platform.control = try JSONDecoder().decode(PlatformControl.self, from: Data(body))
            } catch is DecodingError {
                return Response(.isNotAControl)
            }
            return try self.describe()
        case ("/control/requests", .post):
            // The body is the token itself: in a URL it could end up in a log.
            guard let body = try await self.body(of: request) else { return Response(.isTooLarge) }
            let token = String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            let requests = self.platform.requests(forToken: token)
            return Response(PlatformAnswer(status: 200, ["requests": .integer(Int64(requests))]))
        case ("/control/requests", .delete):
            self.platform.resetCounters()
            return try self.describe()
        default:
            return Response(.isNotAllowed)
        }
    }

    private struct Description: Encodable {
        var control: PlatformControl
        var statistics: PlatformStatistics
    }

    private func describe() throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let description = Description(control: self.platform.control, statistics: self.platform.statistics)
        return Response(PlatformAnswer(status: 200, bytes: Array(try encoder.encode(description))))
    }

    /// `nil` when the body is too long; what is left of it is read and dropped after the answer.
    private func body(of request: Request) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= Self.maximumControlBytes else { return nil }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}

extension PlatformAnswer {
    fileprivate static let isTooLarge = description("The body is too large.", status: 413, code: -413)
    fileprivate static let isNotAControl = PlatformAnswer(
        status: 400,
        [
            "desc": .string(
                "The body must be {\"mode\": \"\(PlatformControl.Mode.allCases.map(\.rawValue).joined(separator: "|"))\", "
                    + "\"delayMilliseconds\": 0 to 60000, \"failureRate\": 0 to 1}, the last two optional. (400.-400)"
            )
        ]
    )
}
