// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
/// Where a debug build may be told to die; a release build has nothing of it.
let failpoints: [SwiftSetting] = settings + [.define("FAILPOINTS", .when(configuration: .debug))]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let metricsKit: Target.Dependency = .product(name: "MetricsTestKit", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")

// What reads bytes from outside, and checks on it: a test, or with FANFARE_FUZZ in the environment a program for libFuzzer (deploy/fuzz),
// which no ordinary build can link.
let fuzzed: [Target.Dependency] = [
  "Fanfare", "AMQPSource", "SQLiteStore", "HTTPDelivery", "Pipeline", "EventAPI", "CRabbitMQ", "CCurl", "Threading", "RandomFixture",
]
let fuzz: Target =
  Context.environment["FANFARE_FUZZ"] == nil
  ? .testTarget(name: "FuzzTests", dependencies: fuzzed + ["fanfare"], exclude: ["Corpus", "Fuzz"], swiftSettings: settings)
  : .executableTarget(name: "Fuzz", dependencies: fuzzed, path: "Tests/FuzzTests", exclude: ["Corpus", "Tests"], swiftSettings: settings)

// The targets stand bottom-up: what is listed later may import what is listed earlier, never the other way round.
// `swift build --explicit-target-dependency-import-check error` holds every import against this list.
let package = Package(
  name: "fanfare",
  products: [.executable(name: "fanfare", targets: ["fanfare"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "YAML"]),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: [
    // Floor 0: module maps and shims around C libraries.
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CLinux"),

    // Floor 1: the domain (no I/O) and threads (no domain).
    .target(name: "Fanfare", dependencies: [crypto], swiftSettings: settings),
    .target(name: "Threading", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "Failpoints", swiftSettings: failpoints),

    // Floor 2: adapters and the loops between their ports. None of these imports another.
    .target(
      name: "AMQPSource", dependencies: ["Fanfare", "Threading", "Failpoints", "CRabbitMQ", "CLinux", logging, metrics, lifecycle],
      swiftSettings: settings),
    .target(
      name: "SQLiteStore",
      dependencies: [
        "Fanfare", "Failpoints", "CLinux", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"), crypto, logging, metrics, lifecycle,
      ], swiftSettings: settings),
    .target(
      name: "HTTPDelivery", dependencies: ["Fanfare", "Threading", "Failpoints", "CCurl", "CLinux", crypto, logging, metrics, lifecycle],
      swiftSettings: settings),
    .target(
      name: "Pipeline", dependencies: ["Fanfare", "Threading", "Failpoints", "CZlib", logging, metrics, lifecycle], swiftSettings: settings),
    .target(
      name: "EventAPI",
      dependencies: [
        "Fanfare", "CZlib", hummingbird, .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"), httpTypes, nio, nioHTTP, nioSSL, jwt, crypto, logging, metrics, lifecycle,
      ],
      swiftSettings: settings),

    // Floor 3: commands, configuration and the composition root.
    .executableTarget(
      name: "fanfare",
      dependencies: [
        "Fanfare", "Threading", "Failpoints", "AMQPSource", "SQLiteStore", "HTTPDelivery", "Pipeline", "EventAPI", crypto, logging, metrics,
        lifecycle, hummingbird, httpClient, nio, nioPosix, nioHTTP, nioSSL,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"), .product(name: "Yams", package: "Yams"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ], path: "Sources/Commands", swiftSettings: settings),

    // Tests, in the same order. The fixtures are what they share.
    .target(name: "Programs", path: "Tests/Programs", swiftSettings: settings),
    .target(name: "BrokerFixture", path: "Tests/BrokerFixture", swiftSettings: settings),
    .target(
      name: "ServiceFixture", dependencies: ["Fanfare", httpClient, nio, nioHTTP], path: "Tests/ServiceFixture", swiftSettings: settings),
    .target(name: "RandomFixture", path: "Tests/RandomFixture", swiftSettings: settings),
    .target(name: "PlainMatcher", path: "Tests/PlainMatcher", swiftSettings: settings),
    .target(
      name: "Reckoning", dependencies: ["PlainMatcher", .product(name: "GRDB", package: "GRDB.swift")], path: "Tests/Reckoning",
      swiftSettings: settings),
    .target(name: "StoreConformance", dependencies: ["Fanfare", "RandomFixture"], path: "Tests/StoreConformance", swiftSettings: settings),
    .executableTarget(
      name: "PageBenchmark",
      dependencies: ["Fanfare", "SQLiteStore", "RandomFixture", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/PageBenchmark", swiftSettings: settings),
    .executableTarget(
      name: "GrowthBenchmark",
      dependencies: ["Fanfare", "SQLiteStore", "RandomFixture", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/GrowthBenchmark", swiftSettings: settings),
    .executableTarget(
      name: "DeliveryBenchmark",
      dependencies: [
        "Fanfare", "Threading", "SQLiteStore", "HTTPDelivery", "Pipeline", logging, nio, nioPosix, nioHTTP,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/DeliveryBenchmark", swiftSettings: settings),
    .executableTarget(
      name: "FaultMatrix",
      dependencies: [
        "Fanfare", "Threading", "Failpoints", "AMQPSource", "Programs", "BrokerFixture", "ServiceFixture", "RandomFixture", "PlainMatcher",
        "Reckoning", logging, nio, nioPosix, nioHTTP, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/FaultMatrix", swiftSettings: settings),
    .testTarget(name: "FanfareTests", dependencies: ["Fanfare", "RandomFixture", "PlainMatcher"], swiftSettings: settings),
    .testTarget(name: "ThreadingTests", dependencies: ["Threading"], swiftSettings: settings),
    .testTarget(name: "FailpointsTests", dependencies: ["Failpoints"], swiftSettings: failpoints),
    .testTarget(
      name: "AMQPSourceTests",
      dependencies: ["AMQPSource", "BrokerFixture", "Fanfare", "Threading", "CRabbitMQ", logging, metrics, metricsKit, lifecycle],
      swiftSettings: settings),
    .testTarget(
      name: "SQLiteStoreTests",
      dependencies: [
        "Fanfare", "SQLiteStore", "StoreConformance", "RandomFixture", "PlainMatcher", .product(name: "GRDB", package: "GRDB.swift"),
        logging, metrics, lifecycle,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "HTTPDeliveryTests",
      dependencies: [
        "Fanfare", "HTTPDelivery", "Threading", "Programs", logging, metrics, metricsKit, lifecycle, nio, nioPosix, nioHTTP,
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"), nioSSL,
      ], swiftSettings: settings),
    .testTarget(
      name: "ReckoningTests",
      dependencies: ["Fanfare", "SQLiteStore", "PlainMatcher", "Reckoning", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .testTarget(
      name: "PipelineTests", dependencies: ["Fanfare", "Pipeline", "Threading", "RandomFixture", logging, lifecycle],
      swiftSettings: settings),
    .testTarget(
      name: "EventAPITests",
      dependencies: [
        "Fanfare", "EventAPI", "Programs", httpTypes, jwt, crypto, .product(name: "CryptoExtras", package: "swift-crypto"), logging,
        metrics, lifecycle,
        nio, nioPosix, nioHTTP, nioSSL,
      ],
      swiftSettings: settings),
    fuzz,
    .testTarget(
      name: "AccessTests",
      dependencies: [
        "Fanfare", "EventAPI", "SQLiteStore", "Pipeline", "StoreConformance", "RandomFixture", crypto, httpClient, httpTypes, nio, nioHTTP,
        logging, lifecycle,
      ], swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Fanfare", "fanfare", "EventAPI", "SQLiteStore", "Threading", "AMQPSource", "HTTPDelivery", "BrokerFixture", hummingbird, logging,
        lifecycle, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Fanfare", "fanfare", "Threading", "AMQPSource", "HTTPDelivery", "BrokerFixture", "ServiceFixture", "Programs", hummingbird,
        httpClient, nio, nioPosix, nioHTTP, logging, .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
  ]
)
