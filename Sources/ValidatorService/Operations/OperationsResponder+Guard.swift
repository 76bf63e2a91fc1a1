import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// `GET /guard` and `POST /guard/release`.
extension OperationsResponder {
    static let guardPath = "/guard"
    static let releasePath = "/guard/release"

    /// `nil` when the path is another one's.
    func guardResponse(to request: Request, context: Context) async -> Response? {
        switch request.uri.path {
        case Self.guardPath:
            guard Self.isReading(request) else { return Self.notAllowed(allow: "GET, HEAD") }
            return await self.answering(request, context) { () async throws(OperatorAccess.Refusal) in
                try self.access.checkReading(request.head)
                return try Self.document(try await self.guardReport())
            }
        case Self.releasePath:
            guard request.method == .post else { return Self.notAllowed(allow: "POST") }
            return await self.answering(request, context) { () async throws(OperatorAccess.Refusal) in
                let requester = try self.access.checkReleasing(request.head)
                return try await self.release(request.uri.query, requester: requester, context)
            }
        default: return nil
        }
    }

    private func release(
        _ query: String?,
        requester: String,
        _ context: Context
    ) async throws(OperatorAccess.Refusal) -> Response {
        var kgAppId: String?
        do throws(ReleaseQuery.Defect) {
            if case .app(let id) = try ReleaseQuery(query) { kgAppId = id }
        } catch {
            throw OperatorAccess.Refusal(status: .badRequest, message: error.message)
        }
        let report = try await self.guardReport()
        if let kgAppId, !report.apps.contains(where: { $0.kgAppId == kgAppId }) {
            throw OperatorAccess.Refusal(
                status: .notFound,
                message: "kgAppId must be an app that has had an event since the start; GET /guard lists them"
            )
        }
        guard let released = await self.guards.releaseGuards(kgAppId: kgAppId) else { throw Self.noEngine }
        self.logger.notice(
            "An operator released mass-kick guards",
            metadata: [
                "released": "\(released.joined(separator: " "))", "asked": "\(kgAppId ?? "all")",
                "peer": "\(context.peer)", "requestedBy": "\(requester)",
            ]
        )
        return try Self.document(GuardRelease(released: released))
    }

    /// An engine that hangs must not gather requests that wait for it, so it is asked for a sign of life first.
    private func guardReport() async throws(OperatorAccess.Refusal) -> GuardReport {
        guard await self.liveness.check() else {
            throw OperatorAccess.Refusal(status: .serviceUnavailable, message: "the engine does not answer")
        }
        guard let report = await self.guards.guardReport() else { throw Self.noEngine }
        return report
    }

    private static let noEngine = OperatorAccess.Refusal(
        status: .serviceUnavailable,
        message: "the engine is not running; the service is starting or stopping"
    )

    private func answering(
        _ request: Request,
        _ context: Context,
        _ answer: () async throws(OperatorAccess.Refusal) -> Response
    ) async -> Response {
        do throws(OperatorAccess.Refusal) {
            return try await answer()
        } catch {
            self.refusals.log(error, peer: context.peer)
            var response = Self.json(error.status, (try? Self.text(OperationsRefusal(error: error.message))) ?? "{}")
            if error.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
            return response
        }
    }

    private static func document(_ value: some Encodable) throws(OperatorAccess.Refusal) -> Response {
        do {
            return self.json(.ok, try self.text(value))
        } catch {
            throw OperatorAccess.Refusal(status: .internalServerError, message: "the answer cannot be encoded")
        }
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
