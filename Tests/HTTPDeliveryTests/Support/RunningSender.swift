import Fanfare
import HTTPDelivery
import Logging
import Metrics
import ServiceLifecycle
import Testing
import Threading

/// Runs `body` with a sender that works, and stops it afterwards. Unless the configuration says otherwise, loopback is allowed, and an
/// attempt has more time than any takes.
///
/// - Parameter executor: where the sender runs; nil for where all tasks run.
func withSender(
  metrics: any MetricsFactory = NOOPMetricsHandler.instance, on executor: (any TaskExecutor)? = nil,
  _ configure: (inout HTTPSenderConfiguration) throws -> Void = { _ in },
  body: (HTTPSender) async throws -> Void
) async throws {
  var configuration = HTTPSenderConfiguration(
    timeout: .seconds(600), connectTimeout: .seconds(120), userAgentVersion: "1.2.3", clock: { now })
  configuration.allowNetworks = [try CIDR(parsing: "127.0.0.0/8")]
  try configure(&configuration)
  let sender = try HTTPSender(configuration: configuration, logger: .silent, metrics: metrics)
  let running = Task(executorPreference: executor) { try await sender.run() }
  do {
    try await body(sender)
  } catch {
    running.cancel()
    _ = await running.result
    throw error
  }
  running.cancel()
  try await running.value
}

extension HTTPSender {
  /// The next `count` results. Fails if the stream ends before or if there are more.
  func results(_ count: Int) async throws -> [AttemptResult] {
    var all: [AttemptResult] = []
    for await batch in results {
      all += batch
      if all.count >= count { break }
    }
    try #require(all.count == count)
    return all
  }

  /// Makes one attempt.
  func attempt(_ task: DeliveryTask) async throws -> AttemptResult {
    send([task])
    return try await results(1)[0]
  }
}

extension Outcome {
  var status: Int? {
    if case .response(let status, _, _) = self { status } else { nil }
  }

  var failure: TransportFailure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}

extension Logger {
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
