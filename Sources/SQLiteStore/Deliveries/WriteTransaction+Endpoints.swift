internal import Fanfare

extension WriteTransaction {
  /// Keeps how an endpoint fares, and pauses its subscriptions if it is given up.
  func record(_ report: EndpointReport, _ receipt: inout RecordReceipt) throws {
    guard let health = report.health, !report.isGivenUp else {
      try forget(report.endpoint)
      if let health = report.health { try giveUp(report.endpoint, failingSince: health.failingSince, &receipt) }
      return
    }
    try keep(health, of: report.endpoint)
  }

  /// Its subscriptions are active again: it begins as one that is well, and that has a backlog.
  func resume(_ endpoint: EndpointID) throws { try keep(EndpointHealth(resumedAt: steadyNow), of: endpoint) }

  private func keep(_ health: EndpointHealth, of endpoint: EndpointID) throws {
    let upsert = try statement(
      """
      INSERT OR REPLACE INTO endpoint_health(endpoint, failures, failing_since, probe_at, probes) VALUES (?, ?, ?, ?, ?)
      """)
    upsert.bind(1, endpoint.row)
    upsert.bind(2, health.failures)
    upsert.bind(3, health.failingSince)
    upsert.bind(4, health.probeAt?.nanoseconds)
    upsert.bind(5, health.probes)
    try upsert.run()
  }

  /// Keeps what `Retry-After` said, and forgets what is over. A longer pause is not made shorter.
  func pause(_ endpoint: EndpointID, until: Timestamp) throws {
    let forget = try statement("DELETE FROM endpoint_pause WHERE until <= ?")
    forget.bind(1, steadyNow)
    try forget.run()
    let keep = try statement(
      "INSERT INTO endpoint_pause(endpoint, until) VALUES (?1, ?2) ON CONFLICT(endpoint) DO UPDATE SET until = max(until, ?2)")
    keep.bind(1, endpoint.row)
    keep.bind(2, until)
    try keep.run()
  }

  /// An endpoint without a row is one that is well.
  private func forget(_ endpoint: EndpointID) throws {
    let delete = try statement("DELETE FROM endpoint_health WHERE endpoint = ?")
    delete.bind(1, endpoint.row)
    try delete.run()
  }

  private func giveUp(_ endpoint: EndpointID, failingSince: Timestamp, _ receipt: inout RecordReceipt) throws {
    let pausing = Pausing(reason: Pausing.failing, failingSince: failingSince)
    for row in memory.catalogue.endpoints.filter({ $0.value == endpoint }).keys.sorted() {
      try setPaused(true, subscription: row, pausing, &receipt)
    }
  }
}
