import Foundation
import LoginContracts
import Testing

@testable import AuditConsole

/// The page as a person has it: a real browser on a real console over a real trail.
@Suite(
    .enabled(if: WebDriver.isAvailable, "A browser is needed: \(WebDriver.missing ?? "")"),
    .serialized
)
struct BrowserTests {
    /// Runs `body` on a page of the console, and then makes sure that the browser had nothing to complain about.
    private static func browse(
        _ trail: SampleTrail,
        at address: String = "",
        language: String = "en-US",
        phone: Bool = false,
        expecting complaints: [String] = [],
        _ body: (WebDriver, String) async throws -> Void
    ) async throws {
        try await ConsoleBench().withConsole(trail) { port async throws in
            try await WebDriver.withBrowser(language: language) { browser async throws in
                if phone { try await browser.becomePhone() }
                let root = "http://127.0.0.1:\(port)/"
                try await browser.open(root + address)
                try await body(browser, root)
                let unexpected = try await browser.complaints().filter { complaint in
                    !complaints.contains { complaint.contains($0) }
                }
                #expect(unexpected.isEmpty)
            }
        }
    }

    private static let rows = "document.querySelectorAll('.results tbody tr').length"
    private static let isDone = "document.querySelector('.pager .status')?.textContent.match(/\\d/)"
    private static let proof = "document.getElementById('proof-result')"

    @Test func searchFindsEntriesAndShowsTheirVerifiedStory() async throws {
        let trail = try SampleTrail(decisions: 300)
        try await Self.browse(trail) { browser, _ async throws in
            try await browser.wait(for: "\(Self.rows) === 50")
            #expect(
                try await browser.text("document.querySelector('#seal').textContent") == "302 of 302 entries sealed"
            )
            try await browser.picture("search")
            _ = try await browser.value("document.querySelector('#filters [name=player]').value = 'player-7'")
            _ = try await browser.value("document.querySelector('#filters [value=kick]').click()")
            _ = try await browser.value("document.querySelector('#filters').requestSubmit()")
            try await browser.wait(for: "\(Self.rows) === 1 && location.hash.includes('player-7')")
            _ = try await browser.value("document.querySelector('.results tbody tr').click()")
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'good'")
            let steps = try await browser.text(
                "[...document.querySelectorAll('.steps li')].map(x => x.dataset.step + ':' + x.dataset.state).join(' ')"
            )
            #expect(steps == "document:good leaf:good path:good root:good signature:good key:new delivery:good")
            let hash = try await browser.text("document.querySelector('[data-step=leaf] code').textContent")
            #expect(hash.count == 64)
            try await browser.picture("story")
            _ = try await browser.value("document.querySelector('.related a').click()")
            try await browser.wait(
                for: "document.querySelectorAll('.timeline li').length === 6 && !document.querySelector('#story').open"
            )
            try await browser.picture("player")
        }
    }

    @Test func onlyAMatchOfAllFiltersIsFound() async throws {
        let trail = try SampleTrail(decisions: 120)
        try await Self.browse(
            trail,
            at: "#/search?decision=lockout&reason=lockedOut&status=463&kind=validation&from=2026-01-01T00:00:00Z"
        ) { browser, _ async throws in
            try await browser.wait(for: "\(Self.rows) === 2")
            #expect(try await browser.value("document.querySelector('#filters details').open") as? Bool == true)
            try await browser.picture("filters")
        }
    }

    @Test func evidenceIsDownloadedFromAPlayersTimeline() async throws {
        let trail = try SampleTrail(decisions: 120)
        try await Self.browse(trail, at: "#/player?player=player-7") { browser, _ async throws in
            try await browser.wait(for: "document.querySelectorAll('.timeline li').length === 3")
            _ = try await browser.value("document.querySelector('#evidence').closest('details').open = true")
            _ = try await browser.value("document.querySelector('#evidence [name=purpose]').value = 'a question'")
            _ = try await browser.value("document.querySelector('#evidence').requestSubmit()")
            try await browser.wait(for: "document.querySelector('#evidence .status').textContent === 'Downloaded.'")
            try await browser.picture("evidence")
        }
    }

    @Test func aChangedEntryIsShownAsFailed() async throws {
        let trail = try SampleTrail(decisions: 100)
        try trail.tamper("UPDATE entries SET decision = 'pass', reason = NULL WHERE \"index\" = 8")
        try await Self.browse(trail, at: "#/search?entry=8") { browser, _ async throws in
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'bad'")
            #expect(try await browser.text("document.querySelector('[data-step=root]').dataset.state") == "bad")
            try await browser.picture("tampered")
            // Its neighbours are as they were.
            _ = try await browser.value("location.hash = '#/search?entry=9'")
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'good'")
        }
    }

    @Test func aChangedCheckpointIsShownAsFailed() async throws {
        let trail = try SampleTrail(decisions: 100)
        try trail.tamper(
            "UPDATE checkpoints SET note = replace(note, char(10) || '102' || char(10), char(10) || '101' || char(10))"
        )
        try await Self.browse(trail, at: "#/search?entry=8") { browser, root async throws in
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'bad'")
            try await browser.wait(for: "document.querySelector('#seal').dataset.state === 'changed'")
            try await browser.open(root + "#/trail")
            try await browser.wait(for: "document.querySelector('.notice.bad')")
        }
    }

    @Test func anEntryBehindTheCheckpointIsShownAsNotYetCovered() async throws {
        let trail = try SampleTrail(decisions: 100)
        try trail.grow(by: 5, from: 100)
        try await Self.browse(trail, at: "#/search?entry=104") { browser, _ async throws in
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'pending'")
            #expect(
                try await browser.text("document.querySelector('#seal').textContent") == "102 of 107 entries sealed"
            )
        }
    }

    @Test func aTrailThatDoesNotContinueTheSeenOneIsNoticed() async throws {
        let trail = try SampleTrail(decisions: 40)
        try await Self.browse(trail, at: "#/trail") { browser, root async throws in
            try await browser.wait(for: "document.querySelector('[data-step=key]')?.dataset.state === 'new'")
            try trail.grow(by: 5, from: 40)
            try trail.seal()
            try await browser.command("POST", "/refresh")
            try await browser.wait(for: "document.querySelector('[data-step=continues]')?.dataset.state === 'good'")
            try await browser.picture("trail")
            // Another history, as far as this browser remembers.
            let root64 = Data(repeating: 1, count: 32).base64EncodedString()
            _ = try await browser.value(
                "Object.keys(localStorage).filter(k => k.includes('seen')).forEach(k => { const s = JSON.parse(localStorage[k]); s.root = '\(root64)'; s.size = 30; localStorage[k] = JSON.stringify(s); })"
            )
            try await browser.open(root + "#/search?entry=8")
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'bad'")
            #expect(try await browser.text("document.querySelector('[data-step=continues]').dataset.state") == "bad")
        }
    }

    @Test func everythingWorksWithTheKeyboardAlone() async throws {
        let trail = try SampleTrail(decisions: 200)
        try await Self.browse(trail) { browser, _ async throws in
            try await browser.wait(for: "\(Self.rows) === 50")
            try await browser.type(WebDriver.Key.tab)
            #expect(try await browser.text("document.activeElement.className") == "skip")
            try await browser.type("/")
            try await browser.wait(for: "document.activeElement.name === 'player'")
            try await browser.type("player-14", WebDriver.Key.enter)
            try await browser.wait(for: "\(Self.rows) === 4 && \(Self.isDone)")
            _ = try await browser.value("document.activeElement.blur()")
            try await browser.type("j", "j", WebDriver.Key.down, "k")
            #expect(try await browser.text("document.activeElement.className") == "open-entry")
            let index = try await browser.text("document.activeElement.textContent")
            try await browser.type(WebDriver.Key.enter)
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'good'")
            #expect(
                try await browser.text("document.querySelector('#story-title').textContent")
                    == "Entry \(index.dropFirst())"
            )
            try await browser.type(WebDriver.Key.escape)
            try await browser.wait(for: "!document.querySelector('#story').open && !location.hash.includes('entry')")
            #expect(try await browser.text("document.activeElement.textContent") == index)
            try await browser.type("?")
            try await browser.wait(for: "document.querySelector('#help').open")
            try await browser.picture("help")
        }
    }

    @Test(arguments: [
        "#/search", "#/search?entry=8", "#/statistics?last=24h&to=2026-09-21T15:00:00Z", "#/trail",
        "#/player?player=player-7",
    ])
    func nothingScrollsSidewaysOnAPhone(_ address: String) async throws {
        let trail = try SampleTrail(decisions: 200) { entry, place in
            if place == 199 { entry.playerId = String(repeating: "w", count: 64) }
        }
        try await Self.browse(trail, at: address, phone: true) { browser, _ async throws in
            try await browser.wait(for: "document.querySelector('#seal').textContent")
            if address.contains("entry") { try await browser.wait(for: Self.proof) }
            if address.contains("statistics") { try await browser.wait(for: "document.querySelector('.chart svg')") }
            if address.contains("trail") { try await browser.wait(for: "document.querySelector('.steps')") }
            if address == "#/search" { try await browser.wait(for: "\(Self.rows) === 50") }
            #expect(try await browser.number("document.documentElement.clientWidth") == 360)
            #expect(try await browser.number("document.documentElement.scrollWidth") == 360)
            #expect(try await browser.number("document.querySelector('#story').scrollWidth") <= 360)
            try await browser.picture(
                "phone-" + address.dropFirst(2).prefix { $0.isLetter } + (address.contains("entry") ? "-story" : "")
            )
        }
    }

    @Test func decisionsArePlottedAndLeadToTheirEntries() async throws {
        let trail = try SampleTrail(decisions: 2000, spacing: 40_000)
        try await Self.browse(trail, at: "#/statistics") { browser, _ async throws in
            // The trail is of another day than today.
            try await browser.wait(for: "document.querySelector('.notice a')")
            _ = try await browser.value("document.querySelector('.notice a').click()")
            try await browser.wait(for: "document.querySelectorAll('.chart rect.fill-kick').length > 10")
            try await browser.picture("statistics")
            let total = try await browser.number(
                "[...document.querySelectorAll('.columns .card:first-child .count')].reduce((s, x) => s + parseInt(x.textContent.replace(',', '')), 0)"
            )
            #expect(total == 2000)
            _ = try await browser.value("[...document.querySelectorAll('.legend input')].at(-1).click()")
            try await browser.wait(for: "document.querySelectorAll('.chart rect.fill-pass').length === 0")
            _ = try await browser.value("document.querySelector('.chart svg').focus()")
            try await browser.type(WebDriver.Key.right, WebDriver.Key.right, WebDriver.Key.right, WebDriver.Key.right)
            #expect(try await browser.text("document.querySelector('.readout').textContent").contains("kick"))
            try await browser.picture("statistics-without-passes")
            try await browser.type(WebDriver.Key.enter)
            try await browser.wait(for: "location.hash.startsWith('#/search?from=') && \(Self.rows) > 0")
        }
    }

    @Test func aKoreanBrowserGetsKoreanAndMayChangeToEnglish() async throws {
        let trail = try SampleTrail(decisions: 100)
        try await Self.browse(trail, at: "#/search?entry=8", language: "ko-KR") { browser, root async throws in
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'good'")
            #expect(try await browser.text("document.documentElement.lang") == "ko")
            #expect(try await browser.text("document.title") == "감사 콘솔")
            try await browser.picture("korean-story")
            try await browser.open(root + "#/search")
            try await browser.wait(for: "\(Self.rows) === 50 && !document.querySelector('#story').open")
            try await browser.picture("korean")
            _ = try await browser.value("document.querySelector('#language').click()")
            try await browser.wait(for: "document.documentElement.lang === 'en' && \(Self.rows) === 50")
            try await browser.command("POST", "/refresh")
            try await browser.wait(for: "document.title === 'Audit console'")
        }
    }

    @Test func darkIsDark() async throws {
        let trail = try SampleTrail(decisions: 2000, spacing: 40_000)
        try await Self.browse(trail, at: "#/statistics?to=2026-09-22T12:00:00Z") { browser, root async throws in
            try await browser.becomeDark()
            try await browser.wait(for: "document.querySelectorAll('.chart rect.fill-kick').length > 10")
            try await browser.picture("dark-statistics")
            try await browser.open(root + "#/search?entry=8")
            try await browser.wait(for: "\(Self.proof)?.dataset.state === 'good'")
            try await browser.picture("dark-story")
            #expect(try await browser.text("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)")
        }
    }

    /// What a login event brings is shown as text, whatever it is.
    @Test func hostileTextsOfEventsStayTexts() async throws {
        let texts = [
            "<img src=x onerror=alert(1)>", "</td><script>document.title='owned'</script>", "javascript:alert(1)",
            "\u{202E}desrever", "a\u{0}b\nc", "'; DROP TABLE entries; --",
        ]
        let trail = try SampleTrail(decisions: texts.count) { entry, place in
            (entry.playerId, entry.sessionId, entry.message) = (texts[place], texts[place], texts[place])
        }
        try await Self.browse(trail) { browser, root async throws in
            try await browser.wait(for: "\(Self.rows) === \(texts.count + 1)")
            for index in 1...texts.count {
                try await browser.open(root + "#/search?entry=\(index)")
                try await browser.wait(
                    for:
                        "\(Self.proof)?.dataset.state === 'good' && document.querySelector('#story-title').textContent.endsWith('\(index)')"
                )
            }
            _ = try await browser.value("[...document.querySelectorAll('.related a')][0].click()")
            try await browser.wait(for: "document.querySelectorAll('.timeline li').length === 1")
            #expect(try await browser.text("document.title") == "Audit console")
            #expect(
                try await browser.number("document.querySelectorAll('main img, main script, #story img').length") == 0
            )
        }
    }

    @Test func hostileAddressesOfThePageShowNothingTheyShouldNot() async throws {
        let trail = try SampleTrail(decisions: 10)
        let refused = ["status of 400", "status of 404"]
        try await Self.browse(trail, expecting: refused) { browser, root async throws in
            for address in [
                "#/search?decision=%3Cimg%3E", "#/__proto__?player=x", "#/search?status=99999999999999999999",
                "#/search?entry=%3Cscript%3Ealert(1)%3C/script%3E", "#/search?entry=-1", "#/search?entry=999999",
                "#/search?last=__proto__&nonsense=1", "#/player", "#/statistics?to=nonsense&last=constructor",
            ] {
                try await browser.open("about:blank")
                try await browser.open(root + address)
                try await browser.wait(for: "document.querySelector('#seal').textContent")
                try await browser.wait(
                    for:
                        "[...document.querySelectorAll('.status, .notice, .chart .hint')].some(x => x.textContent !== '')"
                )
                #expect(
                    try await browser.number("document.querySelectorAll('main script, main img, #story script').length")
                        == 0
                )
            }
        }
    }

    @Test func signingInWithTheTokenOpensTheConsole() async throws {
        let trail = try SampleTrail(decisions: 60)
        let token = "fake-console-token-0123456789abcdef"
        let bench = ConsoleBench()
        try await bench.withConsole(trail, listen: "0.0.0.0", token: token) { port async throws in
            try await WebDriver.withBrowser { browser async throws in
                try await browser.open("http://localhost:\(port)/")
                try await browser.wait(
                    for: "location.pathname === '/login' && document.querySelector('#language').textContent"
                )
                try await browser.picture("sign-in")
                for (given, end) in [("wrong-console-token-0123456789abcdef", "/login"), (token, "/")] {
                    _ = try await browser.value("document.querySelector('[name=name]').value = 'Kim'")
                    _ = try await browser.value("document.querySelector('[name=token]').value = '\(given)'")
                    _ = try await browser.value("document.querySelector('form').requestSubmit()")
                    try await browser.wait(
                        for: end == "/" ? "\(Self.rows) === 50" : "document.querySelector('#refused')?.hidden === false"
                    )
                }
                #expect(try await browser.text("document.cookie").isEmpty)
                #expect(bench.accesses.contains { $0.action == .searched && $0.who.hasPrefix("Kim from ") })
                _ = try await browser.value("document.querySelector('#sign-out').requestSubmit()")
                try await browser.wait(for: "location.pathname === '/login'")
                try await browser.open("http://localhost:\(port)/")
                try await browser.wait(for: "location.pathname === '/login'")
            }
        }
    }
}
