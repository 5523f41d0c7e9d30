import Fanfare
import Hummingbird
import Logging

/// `/metrics`: what the process has counted, and how the store stands at this moment.
struct MetricsRoutes: Sendable {
  let metrics: PrometheusMetrics
  let inspection: any StoreInspection
  let now: @Sendable () -> Timestamp
  let version: String

  var routes: [Route] { [Route(.get, "/metrics", handler: page)] }

  @Sendable private func page(_ call: Call) async throws -> Response {
    guard call.caller.mayReadMetrics else {
      throw APIError.permissionDenied("this needs an admin's credential, or the role metrics:read")
    }
    var query = call.query
    try query.finish()
    var page = Exposition()
    metrics.append(to: &page)
    do {
      append(try await inspection.statistics(at: now()), to: &page)
    } catch {
      // The rest of the page is most wanted when the store is in trouble.
      call.logger.warning("the store's statistics cannot be had", metadata: ["error": "\(error)"])
    }
    if let usage = ProcessUsage.current {
      page.gauge("process_resident_memory_bytes", "Resident memory of the process.", Double(usage.residentBytes))
      page.counter("process_cpu_seconds_total", "CPU time of the process, user and system.", usage.cpuSeconds)
    }
    page.gauge("fanfare_build_info", "Always 1; the version is the label.", 1, labels: [("version", version)])
    return .text(page.text, type: "text/plain; version=0.0.4; charset=utf-8")
  }

  private func append(_ store: StoreStatistics, to page: inout Exposition) {
    page.gauge("fanfare_store_events", "Events that were ever stored; what retention removed counts.", Double(store.events))
    page.gauge("fanfare_deliveries_due", "Scheduled deliveries whose time has come, counted up to 100,000.", Double(store.due))
    page.gauge(
      "fanfare_delivery_oldest_due_age_seconds", "How long the longest due delivery has waited; 0 if none is due.",
      (store.oldestDueAge ?? .zero) / .seconds(1))
    page.gauge("fanfare_dead_letters", "Deliveries that are not tried any more.", Double(store.deadDeliveries))
    page.gauge("fanfare_quarantined", "Messages in the quarantine.", Double(store.quarantined))
    page.gauge("fanfare_outbox", "Messages that wait to be published to the dead-letter exchange.", Double(store.outbox))
    page.gauge("fanfare_store_wal_bytes", "Size of the store's write-ahead log.", Double(store.walBytes))
    page.gauge("fanfare_writer_queue", "Commands that wait for the store's writer.", Double(store.writerQueue))
  }
}
