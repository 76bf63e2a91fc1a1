import ChildProcess
import Foundation

/// A headless Chromium, driven by chromedriver's WebDriver protocol (<https://www.w3.org/TR/webdriver2/>).
struct WebDriver {
    let port: Int
    let session: String

    static let browser = "/usr/bin/chromium"
    static let driver = "/usr/bin/chromedriver"

    /// Why no browser can be driven; `nil` when one can.
    static let missing: String? = {
        let absent = [Self.browser, Self.driver].filter { !FileManager.default.isExecutableFile(atPath: $0) }
        return absent.isEmpty ? nil : "\(absent.joined(separator: " and ")) is not installed"
    }()

    static let isAvailable = missing == nil

    /// Runs a browser and ends it after `body`.
    static func withBrowser(
        language: String = "en-US",
        width: Int = 1280,
        height: Int = 900,
        _ body: (WebDriver) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chromium-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (process, port) = try await Self.startDriver(home: folder.path)
        defer { process.end() }
        let session = try await Self.open(port, folder.path, language, width, height)
        let browser = WebDriver(port: port, session: session)
        do {
            try await body(browser)
        } catch {
            _ = try? await browser.command("DELETE", "")
            throw error
        }
        _ = try await browser.command("DELETE", "")
    }

    /// How often a driver is started that finds its port taken: it chooses one and then listens on it, and other tests
    /// take ports in between.
    private static let startAttempts = 5

    /// - Returns: The driver, and the port it listens on.
    private static func startDriver(home: String) async throws -> (ChildProcess, port: Int) {
        var environment = ProcessInfo.processInfo.environment
        for name in environment.keys where name.lowercased().hasSuffix("_proxy") { environment[name] = nil }
        environment.merge(["HOME": home, "TMPDIR": home]) { _, new in new }
        var attempt = 1
        while true {
            let output = "\(home)/chromedriver-\(attempt)"
            let process = try ChildProcess([Self.driver, "--port=0"], environment: environment, output: output)
            do {
                return (process, try await Self.port(of: process, saidIn: output))
            } catch {
                process.end()
                guard attempt < Self.startAttempts, "\(error)".contains("port not available") else { throw error }
                attempt += 1
            }
        }
    }

    /// chromedriver says which port it took.
    private static func port(of process: ChildProcess, saidIn path: String) async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let isRunning = process.isRunning
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            let parts = text.components(separatedBy: "successfully on port ")
            if parts.count > 1, parts[1].contains("\n"), let port = Int(parts[1].prefix { $0.isNumber }) { return port }
            guard isRunning, ContinuousClock.now < deadline else {
                throw Client.Failure(description: "chromedriver did not start: \(text)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func open(
        _ port: Int,
        _ folder: String,
        _ language: String,
        _ width: Int,
        _ height: Int
    ) async throws -> String {
        var arguments = [
            "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
            "--user-data-dir=\(folder)/profile", "--lang=\(language)", "--accept-lang=\(language)",
            "--window-size=\(width),\(height)", "--hide-scrollbars",
        ]
        if geteuid() == 0 { arguments.append("--no-sandbox") }
        let capabilities: [String: Any] = [
            "browserName": "chrome",
            "goog:chromeOptions": ["binary": Self.browser, "args": arguments] as [String: Any],
            "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let answer = try await Self.request(port, "POST", "/session", ["capabilities": ["alwaysMatch": capabilities]])
        guard let session = (answer as? [String: Any])?["sessionId"] as? String else {
            throw Client.Failure(description: "no browser session: \(answer)")
        }
        return session
    }

    @discardableResult
    func command(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
        try await Self.request(self.port, method, "/session/\(self.session)\(path)", body)
    }

    private static func request(_ port: Int, _ method: String, _ path: String, _ body: [String: Any]?) async throws
        -> Any
    {
        let text = try body.map { String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self) }
        let answer = try await Client.send(
            port,
            method,
            path,
            headers: ["Content-Type: application/json; charset=utf-8"],
            body: method == "POST" ? text ?? "{}" : nil,
            limit: .seconds(120)
        )
        let value = try answer.json()["value"] ?? NSNull()
        guard answer.status == 200 else { throw Client.Failure(description: "\(method) \(path): \(value)") }
        return value
    }
}

extension WebDriver {
    func open(_ url: String) async throws {
        try await self.command("POST", "/url", ["url": url])
    }

    /// The value of a JavaScript expression in the page.
    func value(_ expression: String) async throws -> Any {
        try await self.command("POST", "/execute/sync", ["script": "return (\(expression));", "args": [Any]()])
    }

    func text(_ expression: String) async throws -> String {
        try await self.value(expression) as? String ?? ""
    }

    func number(_ expression: String) async throws -> Int {
        (try await self.value(expression) as? NSNumber)?.intValue ?? -1
    }

    /// Asks again until an expression holds; the limit only bounds how long a broken page is waited for.
    func wait(for expression: String, within limit: Duration = .seconds(30)) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            if (try await self.value("!!(\(expression))") as? Bool) == true { return }
            guard ContinuousClock.now < deadline else {
                let page = try await self.text("document.body.innerText")
                throw Client.Failure(description: "Waited in vain for \(expression) on: \(page)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Types on the keyboard into whatever has the focus.
    func type(_ keys: String...) async throws {
        let strokes = keys.flatMap { key -> [[String: Any]] in
            let units = key.unicodeScalars.first.map { $0.value >= 0xE000 } == true ? [key] : key.map(String.init)
            return units.flatMap { [["type": "keyDown", "value": $0], ["type": "keyUp", "value": $0]] }
        }
        try await self.command(
            "POST",
            "/actions",
            ["actions": [["type": "key", "id": "keyboard", "actions": strokes] as [String: Any]]]
        )
    }

    enum Key {
        static let enter = "\u{E007}"
        static let escape = "\u{E00C}"
        static let tab = "\u{E004}"
        static let down = "\u{E015}"
        static let right = "\u{E014}"
    }

    /// A command of Chromium's DevTools.
    func developerTool(_ name: String, _ parameters: [String: Any]) async throws {
        try await self.command("POST", "/goog/cdp/execute", ["cmd": name, "params": parameters])
    }

    /// A phone's screen.
    func becomePhone(width: Int = 360) async throws {
        try await self.developerTool(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 740, "deviceScaleFactor": 2, "mobile": true]
        )
    }

    func becomeDark() async throws {
        try await self.developerTool(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": "dark"]]]
        )
    }

    /// What the page has complained about since the last call: violated policies, errors, failed requests.
    func complaints() async throws -> [String] {
        let entries = try await self.command("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.filter { ["SEVERE", "WARNING"].contains($0["level"] as? String) }.map {
            "\($0["message"] ?? "")"
        }
    }

    /// With `AUDIT_CONSOLE_SCREENSHOTS` set, puts a picture of the page into that folder.
    func picture(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["AUDIT_CONSOLE_SCREENSHOTS"] else { return }
        guard let base64 = try await self.command("GET", "/screenshot") as? String,
            let data = Data(base64Encoded: base64)
        else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
    }
}
