import AsyncHTTPClient
import Fanfare
import NIOCore
import NIOHTTP1
import NIOSSL
import SQLiteStore

/// Asks the running service how it is.
struct ServiceVisit: Sendable {
  /// What is known of a service after the visit.
  enum Presence: Sendable {
    /// Nothing answers, and nobody has the store.
    case absent
    /// Nothing answers, and this process has the store.
    case silent(StoreHolder)
    case serving(usesBroker: Bool)

    var isServing: Bool { if case .serving = self { true } else { false } }
    var usesBroker: Bool { if case .serving(let usesBroker) = self { usesBroker } else { false } }
    /// Whether somebody is there whose work deliveries are.
    var isThere: Bool { if case .absent = self { false } else { true } }
  }

  /// A health that takes longer is none.
  private static let patience = 5

  let settings: Settings
  let url: String?
  let ca: String?

  func findings() async -> (presence: Presence, findings: [Finding]) {
    let environment = processEnvironment()
    let given = [url, environment["FANFARE_URL"]].compactMap(\.self).first { !$0.isEmpty }
    let base = given ?? "\(settings.http.tls == nil ? "http" : "https")://\(settings.httpListen)"
    do {
      guard ["http://", "https://"].contains(where: base.lowercased().hasPrefix) else { throw Fault.notAURL }
      let ca = [ca, environment["FANFARE_CA"]].compactMap(\.self).first { !$0.isEmpty }
      let client = try ServiceClient(base: base, token: "", ca: ca)
      let visited: Result<(presence: Presence, findings: [Finding]), any Error>
      do { visited = .success(try await visit(client)) } catch { visited = .failure(error) }
      try await client.close()
      return try visited.get()
    } catch {
      return unanswered(base, isGiven: given != nil, error)
    }
  }

  private func visit(_ client: ServiceClient) async throws -> (presence: Presence, findings: [Finding]) {
    let before = SystemClock.now()
    let response = try await client.http.execute(
      HTTPClientRequest(url: client.base + "/health"), timeout: .seconds(Int64(Self.patience)))
    let body = try await Array(response.body.collect(upTo: 1 << 20).readableBytesView)
    guard let health = try? JSONValue(parsing: body), case .array(let parts)? = health["parts"] else {
      throw Fault.notFanfare(status: response.status.code)
    }
    let usesBroker = parts.contains { $0["part"]?.stringValue == "amqp" }
    let ill = parts.filter { $0["ready"] == .bool(false) }.map {
      "\($0["part"]?.stringValue ?? "?"): \($0["reason"]?.stringValue ?? "no reason")".printableLine
    }
    var findings = [
      ill.isEmpty
        ? Finding("service", "\(client.base) is ready")
        : Finding(
          "service", .fault, "\(client.base) is not ready: \(ill.joined(separator: "; "))",
          advice: "It goes on by itself once that is mended; its log says since when it is so, and what else is found here may say why.")
    ]
    if let date = response.headers.first(name: "Date").flatMap({ Timestamp(httpDate: $0, now: before) }) {
      let difference = date.seconds - before.seconds
      findings.append(
        abs(difference) <= 5
          ? Finding("service_clock", "the service's clock is this machine's")
          : Finding(
            "service_clock", .warning, "the service's clock differs from this machine's by \(difference) s",
            advice: "Have both kept right (timedatectl status): signatures are refused that are off by five minutes."))
    }
    return (.serving(usesBroker: usesBroker), findings)
  }

  // MARK: No answer

  private enum Fault: Error {
    case notAURL
    case notFanfare(status: UInt)
  }

  private func unanswered(_ base: String, isGiven: Bool, _ error: any Error) -> (presence: Presence, findings: [Finding]) {
    let holder = StoreHolder(ofStoreAt: settings.storePath)
    let presence = holder.map { Presence.silent($0) } ?? .absent
    func finding(_ severity: Finding.Severity, _ observation: String, _ advice: String) -> (Presence, [Finding]) {
      (presence, [Finding("service", severity, observation, advice: advice)])
    }
    // One that is not asked for may well be stopped, with somebody else at its address; the store is looked at all the same.
    let severity: Finding.Severity = isGiven ? .fault : .warning
    switch error {
    case Fault.notAURL:
      return finding(.fault, "\"\(base)\" is not the URL of a service", "Write it as http://HOST:PORT or https://HOST:PORT.")
    case Fault.notFanfare(let status):
      return finding(
        severity, "what answers at \(base) is not a Fanfare (status \(status))", "Name the service's URL, that of http.listen, with --url.")
    case is HTTPParserError:
      return finding(
        severity, "what answers at \(base) does not speak HTTP", "Name the service's URL, that of http.listen, with --url; is it https://?")
    case let error as NIOSSLError where "\(error)".contains("CERTIFICATE_VERIFY_FAILED"):
      return finding(
        severity, "the certificate of \(base) is not trusted here",
        "Name the certificate of its authority with --ca (or FANFARE_CA), and the service by a name that is in its certificate.")
    case is NIOSSLError, is NIOSSLExtraError:
      return finding(
        severity, "no TLS with \(base): \(ServiceClient.reason(for: error))", "See http.tls of the service, and --ca; is the URL http://?")
    case is SentenceError:
      return finding(.fault, ServiceClient.reason(for: error), "Mend --ca (or FANFARE_CA): it names a PEM file of certificates.")
    case let error as HTTPClientError where [.deadlineExceeded, .connectTimeout, .readTimeout].contains(error):
      if let holder { return finding(.fault, holder.silence(at: base, Self.patience), holder.remedy) }
      return finding(
        severity, "\(base) does not answer within \(Self.patience) s",
        "See the service's log on its machine, and whether something between drops the connection.")
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      return finding(
        severity, "\(base) hangs up without an answer", "Name the service's URL, that of http.listen, with --url; is it https://?")
    default:
      let observation = "\(base) cannot be reached: \(ServiceClient.reason(for: error))"
      if let holder {
        return finding(
          severity, "\(observation); the process \(holder.pid) has the store",
          "Name the service's URL, that of http.listen, with --url; or wait, if it is only starting, or is another command.")
      }
      return finding(severity, observation, "Start the service, or name its URL with --url.")
    }
  }
}

extension StoreHolder {
  fileprivate func silence(at base: String, _ seconds: Int) -> String {
    "the process \(pid) has the store and does not answer at \(base)"
      + (isStopped ? ": it is stopped (SIGSTOP)" : " within \(seconds) s")
  }

  fileprivate var remedy: String {
    isStopped
      ? "Have it go on: kill -CONT \(pid)"
      : "See its log, and whether its disk hangs (dmesg). Nothing that it acknowledged is lost when it is restarted, if need be after kill -KILL "
        + "\(pid)."
  }
}
