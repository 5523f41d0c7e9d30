import Fanfare

/// The keys of a JWKS that is fetched from somewhere, and when it is to be fetched next. It decides, and fetches nothing itself.
struct JWKSCache: Sendable {
  /// What the endpoint says of how long its keys are good is kept within these.
  static let shortestLife = Duration.seconds(60)
  static let longestLife = Duration.seconds(3600)
  /// Between two fetches, whatever is asked for.
  static let pause = Duration.seconds(10)
  static let longestPause = Duration.seconds(300)

  enum Finding: Sendable {
    case keys(FittingKeys)
    /// They are being fetched, or should be now: `wake` is whether somebody has to be told.
    case wait(wake: Bool)
    /// None could be had yet, and the next attempt is some time away.
    case unavailable
  }

  private(set) var keys: [VerificationKey] = []
  private(set) var hasKeys = false
  /// Why the last fetch failed; nil if it did not.
  private(set) var failure: String?
  private var failures = 0
  private var isFetching = false
  private var isWanted = false
  private var startedAt: Timestamp?
  private var due: Timestamp?

  mutating func find(_ query: KeyQuery, at now: Timestamp) -> Finding {
    if hasKeys, keys.know(query.id) { return .keys(keys.fitting(query)) }
    if isAwaited { return .wait(wake: false) }
    if mayStart(at: now) {
      isWanted = true
      return .wait(wake: true)
    }
    return hasKeys ? .keys(FittingKeys(keys: [])) : .unavailable
  }

  /// Whether to fetch now; if so, the fetch counts as begun.
  mutating func begins(at now: Timestamp) -> Bool {
    guard !isFetching, mayStart(at: now), isWanted || due.map({ now >= $0 }) ?? true else { return false }
    isFetching = true
    isWanted = false
    startedAt = now
    return true
  }

  /// - Parameter lifetime: what the endpoint said, if anything.
  mutating func fetched(_ keys: [VerificationKey], lifetime: Duration?, at now: Timestamp) {
    self.keys = keys
    hasKeys = true
    failure = nil
    failures = 0
    isFetching = false
    due = now + min(max(lifetime ?? Self.longestLife, Self.shortestLife), Self.longestLife)
  }

  /// The old keys stay. The next attempt is 10 s later, then 20 s, 40 s… up to 5 min.
  mutating func failed(_ reason: String, at now: Timestamp) {
    failure = reason
    isFetching = false
    due = now + min(Self.pause * (1 << min(failures, 8)), Self.longestPause)
    failures += 1
  }

  /// How long nothing is to be done unless an unknown key is asked for.
  func rest(at now: Timestamp) -> Duration {
    guard let due else { return .zero }
    // Not longer than that even if the clock was set back.
    return min(max(due - now, .zero), Self.longestLife)
  }

  /// Whether a fetch is under way, or will be at once.
  var isAwaited: Bool { isFetching || isWanted }

  private func mayStart(at now: Timestamp) -> Bool {
    guard let startedAt else { return true }
    return now - startedAt >= Self.pause || now < startedAt
  }
}

/// What a JWKS endpoint answered with 200.
public struct JWKSResponse: Sendable {
  public var body: [UInt8]
  public var cacheControl: String?

  public init(body: [UInt8], cacheControl: String? = nil) {
    self.body = body
    self.cacheControl = cacheControl
  }

  /// `max-age`; nothing at all if the answer is not to be kept. Nil if nothing is said.
  var lifetime: Duration? {
    guard let cacheControl else { return nil }
    var lifetime: Duration?
    for directive in cacheControl.lowercased().split(separator: ",") {
      let pair = directive.split(separator: "=", maxSplits: 1).map { $0.trimmed }
      switch pair.first {
      case "no-store"?, "no-cache"?: return .zero
      case "max-age"?:
        guard pair.count == 2, let seconds = Int64(pair[1].filter { $0 != "\"" }), seconds >= 0 else { continue }
        lifetime = .seconds(min(seconds, 1 << 32))
      default: continue
      }
    }
    return lifetime
  }
}
