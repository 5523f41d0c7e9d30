import ArgumentParser
import BrokerFixture
import ServiceFixture

/// What may befall the disk under a service that runs.
enum DiskFault: String, CaseIterable, ExpressibleByArgument, Sendable {
  case full
  /// Writing fails with an error of its own (EFBIG), which SQLite takes for a disk that is ill: files may not grow any more.
  case failing
  /// What is written cannot be put on the disk (EIO).
  case syncing
  /// The service is told to stop while it is full, and started again when there is room.
  case fullAtStop

  /// What readiness says of it.
  var sentence: String {
    switch self {
    case .full, .fullAtStop: "database or disk is full"
    case .failing, .syncing: "disk I/O error"
    }
  }

  /// What the HTTP door says of it.
  var reason: String {
    switch self {
    case .full, .fullAtStop: "disk_full"
    case .failing, .syncing: "disk_failing"
    }
  }

  var stopsService: Bool { self == .fullAtStop }

  func begin(_ disk: SmallDisk, _ errors: SyncErrors, _ service: MatrixService) async throws {
    switch self {
    case .full, .fullAtStop: try disk.fill()
    case .failing: try await Self.limitFiles(of: service.process.processIdentifier, to: "0")
    case .syncing: try errors.begin()
    }
  }

  func end(_ disk: SmallDisk, _ errors: SyncErrors, _ service: MatrixService) async throws {
    switch self {
    case .full, .fullAtStop: disk.makeRoom()
    case .failing: try await Self.limitFiles(of: service.process.processIdentifier, to: "unlimited")
    case .syncing: try errors.end()
    }
  }

  private static func limitFiles(of process: Int32, to bytes: String) async throws {
    // The hard limit stays, so that the soft one can be raised again.
    try await Command.run("/usr/bin/prlimit", ["--pid", "\(process)", "--fsize=\(bytes):"])
  }
}
