import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer with the headers that every answer of the console has.
    static func console(
        _ status: HTTPResponse.Status,
        _ body: some Sequence<UInt8>,
        contentType: String
    ) -> Response {
        var headers = Self.protection
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// A file to keep.
    static func download(_ body: ResponseBody, name: String, contentType: String) -> Response {
        var headers = Self.protection
        headers[.contentType] = contentType
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        return Response(status: .ok, headers: headers, body: body)
    }

    /// A problem; a method that is not allowed says which ones are.
    static func problem(_ problem: Problem, allowing methods: String? = nil) -> Response {
        var response = Self.console(
            problem.kind.status,
            problem.json,
            contentType: "application/problem+json; charset=utf-8"
        )
        if let methods { response.headers[.allow] = methods }
        return response
    }

    /// Sends a browser on, with GET.
    static func seeOther(_ path: String) -> Response {
        var response = Self.console(.seeOther, [], contentType: "text/plain; charset=utf-8")
        response.headers[.location] = path
        return response
    }

    /// What keeps a page to itself: no other page may frame it, read its answers, or be loaded by it, and nothing of it
    /// stays in a cache.
    private static let protection: HTTPFields = [
        HTTPField.Name("Content-Security-Policy")!: """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """,
        .xContentTypeOptions: "nosniff",
        // With "no-referrer" the sign-in form's Origin would be null, and be refused as foreign.
        HTTPField.Name("Referrer-Policy")!: "same-origin",
        HTTPField.Name("X-Frame-Options")!: "DENY",
        HTTPField.Name("Cross-Origin-Opener-Policy")!: "same-origin",
        HTTPField.Name("Cross-Origin-Resource-Policy")!: "same-origin",
        HTTPField.Name("Permissions-Policy")!: "camera=(), geolocation=(), microphone=()",
        .cacheControl: "no-store",
    ]
}
