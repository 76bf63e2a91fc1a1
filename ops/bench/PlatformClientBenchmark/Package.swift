// swift-tools-version: 6.1
import PackageDescription

/// Compares the core client with AsyncHTTPClient, in a package of its own: the service itself must not depend on
/// AsyncHTTPClient for the sake of a comparison.
let package = Package(
    name: "PlatformClientBenchmark",
    dependencies: [
        .package(name: "login-validator", path: "../../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .executableTarget(
            name: "PlatformClientBenchmark",
            dependencies: [
                .product(name: "PlatformClient", package: "login-validator"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        )
    ]
)
