import AsyncHTTPClient
import Fanfare
import Glibc
import NIOCore
import NIOHTTP1

/// Asks the running service how it is.
struct ServiceVisit: Sendable {
  let settings: Settings
  let url: String?
  let ca: String?

  /// - Returns: whether a service is there, and what it says.
  func findings() async -> (isServing: Bool, findings: [Finding]) {
    let environment = processEnvironment()
    let given = [url, environment["FANFARE_URL"]].compactMap(\.self).first { !$0.isEmpty }
    let base = given ?? "\(settings.http.tls == nil ? "http" : "https")://\(settings.httpListen)"
    do {
      let ca = [ca, environment["FANFARE_CA"]].compactMap(\.self).first { !$0.isEmpty }
      let client = try ServiceClient(base: base, token: "", ca: ca)
      let visited: Result<(isServing: Bool, findings: [Finding]), any Error>
      do { visited = .success(try await visit(client)) } catch { visited = .failure(error) }
      try await client.close()
      return try visited.get()
    } catch {
      // One that is not asked for may well be stopped; the store is looked at all the same.
      let severity: Finding.Severity = given == nil ? .warning : .fault
      return (
        false,
        [
          Finding(
            "service", severity, "\(base) cannot be reached: \(ServiceClient.reason(for: error))",
            advice: "Start the service, or name its URL with --url.")
        ]
      )
    }
  }

  private func visit(_ client: ServiceClient) async throws -> (isServing: Bool, findings: [Finding]) {
    let before = SystemClock.now()
    let response = try await client.http.execute(HTTPClientRequest(url: client.base + "/health"), timeout: .seconds(30))
    let body = try await Array(response.body.collect(upTo: 1 << 20).readableBytesView)
    guard let health = try? JSONValue(parsing: body), case .array(let parts)? = health["parts"] else {
      throw SentenceError("its answer is not that of a Fanfare (status \(response.status.code))")
    }
    let ill = parts.filter { $0["ready"] == .bool(false) }.map {
      "\($0["part"]?.stringValue ?? "?"): \($0["reason"]?.stringValue ?? "no reason")".printableLine
    }
    var findings = [
      ill.isEmpty
        ? Finding("service", "\(client.base) is ready")
        : Finding("service", .fault, "\(client.base) is not ready: \(ill.joined(separator: "; "))", advice: "See the service's log.")
    ]
    if let date = response.headers.first(name: "Date").flatMap({ HTTPDate.seconds($0) }) {
      let difference = date - before.seconds
      findings.append(
        abs(difference) <= 5
          ? Finding("service_clock", "the service's clock is this machine's")
          : Finding(
            "service_clock", .warning, "the service's clock differs from this machine's by \(difference) s",
            advice: "Have both kept right (timedatectl status): signatures are refused that are off by five minutes."))
    }
    return (true, findings)
  }
}

/// The date of a response (RFC 9110, 5.6.7), in its preferred form: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  /// Seconds since 1970; nil if it is none.
  static func seconds(_ text: String) -> Int64? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == ":" })
    guard words.count == 8, words[7] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
    let numbers = [1, 3, 4, 5, 6].compactMap { Int32(words[$0]) }
    guard numbers.count == 5 else { return nil }
    var time = tm()
    (time.tm_mday, time.tm_mon, time.tm_year) = (numbers[0], Int32(month), numbers[1] - 1900)
    (time.tm_hour, time.tm_min, time.tm_sec) = (numbers[2], numbers[3], numbers[4])
    return Int64(timegm(&time))
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
