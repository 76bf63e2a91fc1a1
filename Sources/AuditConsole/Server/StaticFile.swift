/// A file of the page, built into the program so that it runs from anywhere.
struct StaticFile: Sendable {
    let content: [UInt8]
    let contentType: String
    /// Whether who is not signed in may have it: the sign-in page and what it needs.
    var isOpen = false

    /// The file at a path; `nil` when there is none.
    static func at(_ path: String) -> StaticFile? { self.files[path] }

    private static let files: [String: StaticFile] = [
        "/": html(PackageResources.index_html),
        "/login": html(PackageResources.login_html, isOpen: true),
        "/style.css": StaticFile(
            content: PackageResources.style_css,
            contentType: "text/css; charset=utf-8",
            isOpen: true
        ),
        "/icon.svg": StaticFile(content: PackageResources.icon_svg, contentType: "image/svg+xml", isOpen: true),
        "/app.js": script(PackageResources.app_js),
        "/search.js": script(PackageResources.search_js),
        "/series.js": script(PackageResources.series_js),
        "/evidence.js": script(PackageResources.evidence_js),
        "/story.js": script(PackageResources.story_js),
        "/statistics.js": script(PackageResources.statistics_js),
        "/trail.js": script(PackageResources.trail_js),
        "/chart.js": script(PackageResources.chart_js),
        "/proof.js": script(PackageResources.proof_js),
        "/memory.js": script(PackageResources.memory_js),
        "/api.js": script(PackageResources.api_js),
        "/dom.js": script(PackageResources.dom_js, isOpen: true),
        "/words.js": script(PackageResources.words_js, isOpen: true),
        "/login.js": script(PackageResources.login_js, isOpen: true),
        "/en.js": script(PackageResources.en_js, isOpen: true),
        "/ko.js": script(PackageResources.ko_js, isOpen: true),
    ]

    private static func html(_ content: [UInt8], isOpen: Bool = false) -> StaticFile {
        StaticFile(content: content, contentType: "text/html; charset=utf-8", isOpen: isOpen)
    }

    private static func script(_ content: [UInt8], isOpen: Bool = false) -> StaticFile {
        StaticFile(content: content, contentType: "text/javascript; charset=utf-8", isOpen: isOpen)
    }
}
