import Fanfare
import Hummingbird

/// Whether the service runs, and whether each part of it can do its work, with reasons. Open: probes have no credentials.
struct HealthRoutes: Sendable {
  let parts: [any HealthReporting]
  let version: String

  var routes: [Route] {
    [
      Route(.get, "/health/live", access: .open) { _ in .json(["status": "alive", "version": .string(version)]) },
      Route(.get, "/health/ready", access: .open) { _ in await readiness() },
      Route(.get, "/health", access: .open) { _ in await readiness() },
    ]
  }

  private func readiness() async -> Response {
    var reports: [Health] = []
    for part in parts { reports.append(await part.health()) }
    let isReady = reports.allSatisfy(\.isReady)
    return .json(
      [
        "status": isReady ? "ready" : "unready", "version": .string(version),
        "parts": .array(
          reports.map { ["part": .string($0.part), "ready": .bool($0.isReady), "reason": .string($0.reason)] }),
      ], status: isReady ? .ok : .serviceUnavailable)
  }
}
