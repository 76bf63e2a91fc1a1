// swift-tools-version: 6.1
import PackageDescription

/// The checks of a strict build: set `LOGIN_VALIDATOR_STRICT=1` (as `ops/test` does) to make warnings errors.
///
/// They are unsafe flags to SwiftPM, and a package with unsafe flags cannot be a dependency of another, which the
/// `PlatformClient` library is meant to be; so they are off unless asked for.
let strict: [SwiftSetting] =
    Context.environment["LOGIN_VALIDATOR_STRICT"] == "1" ? [.unsafeFlags(["-warnings-as-errors"])] : []

/// With `LOGIN_VALIDATOR_FUZZ=1` (as `ops/fuzz/run` does) every module is instrumented for libFuzzer, and there is one
/// more executable, which runs it.
let fuzzing = Context.environment["LOGIN_VALIDATOR_FUZZ"] == "1"

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + strict + (fuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : [])

let package = Package(
    name: "login-validator",
    products: [
        .executable(name: "login-validator", targets: ["login-validator"]),
        .library(name: "PlatformClient", targets: ["PlatformClient", "LoginContracts"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: [.defaults, "YAML"]
        ),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: targets
)

/// The modules; each may import only what stands in its list, which `--explicit-target-dependency-import-check error`
/// enforces. Adapters (KafkaClient, PlatformClient, AuditTrail) never see one another.
var targets: [Target] {
    sources + tests + (fuzzing ? [fuzzer] : [])
}

var fuzzer: Target {
    .executableTarget(
        name: "LoginValidatorFuzz",
        dependencies: ["FuzzTargets", "HostileInput"],
        path: "ops/fuzz/Sources/LoginValidatorFuzz",
        swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    )
}

/// The files of the audit console's page.
var consolePages: [String] {
    [
        "api.js", "app.js", "chart.js", "dom.js", "en.js", "evidence.js", "icon.svg", "index.html", "ko.js",
        "login.html", "login.js",
        "memory.js", "proof.js", "search.js", "series.js", "statistics.js", "story.js", "style.css", "trail.js",
        "words.js",
    ]
}

var sources: [Target] {
    [
        .systemLibrary(name: "CProcess"),
        .systemLibrary(name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "LoginContracts", dependencies: [.crypto], swiftSettings: settings),
        .target(name: "KafkaClient", dependencies: ["CRDKafka", .log], swiftSettings: settings),
        .target(
            name: "HTTPListener",
            dependencies: [
                .hummingbird, .log, .nio("NIOCore"), .product(name: "HummingbirdCore", package: "hummingbird"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PlatformClient",
            dependencies: [
                "LoginContracts", .log, .nio("NIOCore"), .nio("NIOHTTP1"),
                .nio("NIOPosix"), .nio("NIOTLS"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "AuditTrail",
            dependencies: [
                "CSQLite", "LoginContracts", .crypto, .log, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "AuditConsole",
            dependencies: [
                "AuditTrail", "HTTPListener", "LoginContracts", .crypto, .hummingbird, .lifecycle, .log,
                .nio("NIOCore"), .nio("NIOPosix"), .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ],
            // Built into the program, which then runs from anywhere without a folder beside it.
            resources: consolePages.map { .embedInCode("Pages/\($0)") },
            swiftSettings: settings
        ),
        .target(
            name: "ValidationPipeline",
            dependencies: [
                "LoginContracts", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Simulation",
            dependencies: [
                "LoginContracts", .hummingbird, .log, .nio("NIOCore"), .lifecycle,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "ValidatorService",
            dependencies: [
                "AuditTrail", "CProcess", "HTTPListener", "KafkaClient", "LoginContracts", "PlatformClient",
                "ValidationPipeline", .crypto, .hummingbird, .lifecycle, .log, .nio("NIOCore"), .nio("NIOHTTP1"),
                .nio("NIOPosix"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Metrics", package: "swift-metrics"), .signals,
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "LoginValidatorCommands",
            dependencies: [
                "AuditConsole", "AuditTrail", "HTTPListener", "KafkaClient", "LoginContracts", "PlatformClient",
                "Simulation", "ValidationPipeline", "ValidatorService", .lifecycle, .log, .signals,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "login-validator",
            dependencies: ["LoginValidatorCommands"],
            swiftSettings: settings
        ),
    ]
}

var tests: [Target] {
    [
        .target(name: "ChildProcess", path: "Tests/ChildProcess", swiftSettings: settings),
        .target(name: "HostileInput", path: "Tests/HostileInput", swiftSettings: settings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "HostileInput", "LoginContracts", "LoginValidatorCommands", "PlatformClient", "ValidationPipeline",
                "ValidatorService", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: settings
        ),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "HostileInput"], swiftSettings: settings),
        .testTarget(
            name: "LoginContractsTests",
            dependencies: ["HostileInput", "LoginContracts", .product(name: "Yams", package: "Yams")],
            swiftSettings: settings
        ),
        .testTarget(name: "HTTPListenerTests", dependencies: ["HTTPListener"], swiftSettings: settings),
        .testTarget(name: "KafkaClientTests", dependencies: ["KafkaClient", .log], swiftSettings: settings),
        .testTarget(
            name: "PlatformClientTests",
            dependencies: [
                "HostileInput", "LoginContracts", "PlatformClient", .nio("NIOConcurrencyHelpers"), .nio("NIOCore"),
                .nio("NIOHTTP1"), .nio("NIOPosix"), .nio("NIOTLS"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuditTrailTests",
            dependencies: [
                "AuditTrail", "CSQLite", "LoginContracts", .log, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuditConsoleTests",
            dependencies: [
                "AuditConsole", "AuditTrail", "CSQLite", "ChildProcess", "HTTPListener", "HostileInput",
                "LoginContracts", .lifecycle, .log,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ValidationPipelineTests",
            dependencies: ["LoginContracts", "ValidationPipeline"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ValidatorServiceTests",
            dependencies: [
                "AuditTrail", "ChildProcess", "HTTPListener", "HostileInput", "KafkaClient", "LoginContracts",
                "PlatformClient", "ValidationPipeline", "ValidatorService", .lifecycle, .log,
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LoginValidatorCommandsTests",
            dependencies: [
                "AuditTrail", "HostileInput", "LoginContracts", "LoginValidatorCommands", "ValidatorService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["login-validator", "ChildProcess", "LoginContracts", "Simulation"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["LoginContracts", "Simulation", .log, .nio("NIOCore"), .nio("NIOPosix")],
            swiftSettings: settings
        ),
    ]
}

extension Target.Dependency {
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var log: Self { .product(name: "Logging", package: "swift-log") }
    static var signals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }

    static func nio(_ name: String) -> Self { .product(name: name, package: "swift-nio") }
}
