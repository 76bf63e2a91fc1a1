import Simulation

/// The text of a request for the validation API, right unless told otherwise.
struct ValidationCall {
    var method = "POST"
    var path = SimulatedPlatform.validationPath
    var headers: [String: String]

    init(token: String, app: SimulatedApp = SimulatedApp.examples[0], playerId: String? = "100000000000042") {
        self.headers = [
            "Content-Type": "application/json;charset=UTF-8",
            "appSecret": app.appSecret,
            "Authorization": "KakaoAK \(app.adminKey)",
            "kgAppId": app.kgAppId,
            "platform": "mobile",
            "accessToken": token,
        ]
        self.headers["playerId"] = playerId
    }

    var text: String {
        var text = "\(self.method) \(self.path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n"
        for (name, value) in self.headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        return text + "\r\n"
    }
}

extension SimulatedPlatform {
    func ask(_ call: ValidationCall) async throws -> RawAnswer? {
        try await self.exchange(call.text)
    }

    func ask(token: String) async throws -> RawAnswer? {
        try await self.ask(ValidationCall(token: token))
    }

    func send(_ method: String, _ path: String, body: String = "") async throws -> RawAnswer? {
        try await self.exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    private func exchange(_ text: String) async throws -> RawAnswer? {
        try await RawConnection.open(port: try await self.port) { connection async throws in
            try await connection.send(text)
            return try await connection.answer()
        }
    }

    /// Waits until the totals are as expected; gives up after a few seconds.
    func statistics(where isExpected: (PlatformStatistics) -> Bool) async throws -> PlatformStatistics {
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        while !isExpected(self.statistics), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        return self.statistics
    }
}
