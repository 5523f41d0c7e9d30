import Fanfare
import Foundation
import ServiceFixture

/// One life of the service in a round, and what a client asks of it.
///
/// Questions are answered nil when the service is gone, which may be at any moment.
struct MatrixService: Sendable {
  /// Longer than a machine that is busy elsewhere could need: what is not done by then will never be.
  static let patience = Duration.seconds(180)

  let process: ServiceProcess

  init(in directory: URL, settings: [String: String], environment: [String: String]) throws {
    process = try ServiceProcess.launch(
      in: directory,
      settings: ["delivery.retrySchedule": "150ms,300ms", "delivery.timeout": "60s"].merging(settings) { $1 },
      environment: environment)
    Interruption.note(process.processIdentifier)
  }

  func ask(_ method: String, _ path: String, body: String? = nil) async -> Client.Answer? {
    guard let token = try? process.token else { return nil }
    return try? await Client(url: process.url, token: token).send(method, path, body: body)
  }

  /// Asks again what is answered with an error of the service's.
  ///
  /// - Returns: whether it is done and known to be; false if the service is gone.
  func subscribe(_ project: String, _ documents: [String]) async -> Bool {
    let end = ContinuousClock.now + Self.patience
    while ContinuousClock.now < end {
      let answer = await ask(
        "PUT", "/api/v1/events/subscriptions/project/\(project)/", body: "[\(documents.joined(separator: ","))]")
      guard let answer else { return false }
      if answer.status == 200 { return true }
    }
    return false
  }

  /// What the HTTP door answers to an event.
  func create(_ document: String) async -> Client.Answer? {
    try? await Client(url: process.internalURL, token: "").send("POST", "/internal/create-event", body: document)
  }

  func requeueEverything() async { _ = await ask("POST", "/api/v1/events/dead-letters/requeue", body: #"{"all":true}"#) }

  /// Waits until the event is stored, all deliveries are settled and nothing is in the outbox; or until the service is gone.
  ///
  /// - Returns: whether it is at rest.
  /// - Throws: ``MatrixFailure`` if it lives on and does not come to rest.
  func rest(after event: String) async throws -> Bool {
    let end = ContinuousClock.now + Self.patience
    while process.isRunning {
      if await isAtRest(after: event) { return true }
      if ContinuousClock.now > end {
        throw MatrixFailure("the service did not come to rest: \(process.logTail)")
      }
      // Nobody is told of rest: it is asked again.
      try await Task.sleep(for: .milliseconds(15))
    }
    return false
  }

  /// Waits until the service is gone, but not for longer than that.
  func gone(within time: Duration) async throws {
    let end = ContinuousClock.now + time
    // Whoever waits for its end can do so only without a limit.
    while process.isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(15)) }
  }

  private func isAtRest(after event: String) async -> Bool {
    guard await ask("GET", "/api/v1/events/event/\(event)")?.status == 200,
      let scheduled = await ask("GET", "/api/v1/events/deliveries/?state=scheduled&size=1"), scheduled.status == 200,
      scheduled.json == .array([]) || scheduled.json["elements"] == .array([])
    else { return false }
    guard let metrics = await ask("GET", "/metrics")?.text else { return false }
    // Last: a death that is settled puts a letter into the outbox in the same commit.
    return metrics.split(separator: "\n").contains { $0 == "fanfare_outbox 0" }
  }
}
