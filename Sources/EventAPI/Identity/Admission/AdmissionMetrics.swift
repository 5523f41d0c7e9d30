import Metrics

/// What is counted at the door.
struct AdmissionMetrics: Sendable {
  /// Why a credential was not accepted; a closed vocabulary.
  enum Reason: String, CaseIterable {
    case unknown, refused
  }

  private let failures: [Reason: Counter]
  private let limited: Counter

  init(factory: any MetricsFactory) {
    failures = Dictionary(
      uniqueKeysWithValues: Reason.allCases.map {
        ($0, Counter(label: "fanfare_http_authentication_failures_total", dimensions: [("reason", $0.rawValue)], factory: factory))
      })
    limited = Counter(label: "fanfare_http_rate_limited_total", factory: factory)
    for counter in failures.values { counter.increment(by: 0) }
    limited.increment(by: 0)
  }

  func failed(_ reason: Reason) { failures[reason]?.increment() }

  func rateLimited() { limited.increment() }

  static let help = [
    "fanfare_http_authentication_failures_total": "Requests with a bad credential, by why it was not accepted.",
    "fanfare_http_rate_limited_total": "Requests that were refused because their caller had made too many.",
    "fanfare_jwks_fetches_total": "Fetches of auth.jwt.jwksUrl, by outcome.",
    "fanfare_jwks_keys": "Keys of auth.jwt.jwksUrl that JWTs are checked with.",
  ]
}
