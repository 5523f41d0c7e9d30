public import Fanfare
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// The keys at a URL. They are fetched in the background, and again before they are too old or when a token names a key that is not
/// among them; while the URL does not answer, the last ones stay.
///
/// Runs as a service. A token that comes while no keys are there yet, or with an unknown key, waits for the fetch under way.
public final class JWKSEndpoint: KeySource, Service, HealthReporting {
  /// A fetch that takes longer is given up, unless a test has more time.
  public static let timeout = Duration.seconds(10)
  public static let maximumBytes = JSONWebKeySet.maximumBytes
  /// Tokens that wait for a fetch; more are answered at once.
  private static let maximumWaiting = 256

  private struct State {
    var cache = JWKSCache()
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isOver = false
  }

  /// Without its query.
  private let name: String
  private let fetch: @Sendable () async throws -> JWKSResponse
  private let timeout: Duration
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private let state = Mutex(State())
  private let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  private let succeeded: Counter
  private let failed: Counter
  private let count: Gauge

  /// - Parameters:
  ///   - name: the URL as logs and health may show it.
  ///   - timeout: after which a fetch is given up.
  ///   - fetch: gets the document. Throws for everything but a whole answer of 200 with at most ``maximumBytes``.
  public init(
    name: String, now: @escaping @Sendable () -> Timestamp, logger: Logger = Logger(label: "fanfare.jwt"),
    timeout: Duration = JWKSEndpoint.timeout, fetch: @escaping @Sendable () async throws -> JWKSResponse
  ) {
    self.name = name
    self.fetch = fetch
    self.timeout = timeout
    self.now = now
    self.logger = logger
    succeeded = Counter(label: "fanfare_jwks_fetches_total", dimensions: [("outcome", "succeeded")])
    failed = Counter(label: "fanfare_jwks_fetches_total", dimensions: [("outcome", "failed")])
    count = Gauge(label: "fanfare_jwks_keys")
    succeeded.increment(by: 0)
    failed.increment(by: 0)
    count.record(0)
  }

  /// Fetches whenever it is time, until the surrounding service group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      // The alarm is the one thing that waits for a time; a token with an unknown key comes before it.
      var alarm: Task<Void, Never>?
      await self.fetchIfDue()
      alarm = self.makeAlarm()
      for await _ in self.wakes {
        alarm?.cancel()
        await self.fetchIfDue()
        alarm = self.makeAlarm()
      }
      alarm?.cancel()
    }
    letGo(isOver: true)
  }

  public func keys(for query: KeyQuery) async throws(AuthenticationFailure) -> FittingKeys {
    switch state.withLock({ $0.cache.find(query, at: now()) }) {
    case .keys(let keys): return keys
    case .unavailable: throw .unavailable
    case .wait(let wakes): if wakes { wake.yield() }
    }
    await fetchUnderWay()
    // The fetch has just been: what is not known now, is not known.
    let (keys, hasKeys) = state.withLock { ($0.cache.keys, $0.cache.hasKeys) }
    if !hasKeys { throw .unavailable }
    return keys.fitting(query)
  }

  public func health() async -> Health {
    let (count, hasKeys, failure) = state.withLock { ($0.cache.keys.count, $0.cache.hasKeys, $0.cache.failure) }
    let known = hasKeys ? "\(count) \(count == 1 ? "key" : "keys") of \(name)" : "no keys of \(name) yet"
    return Health(part: "jwt", isReady: hasKeys, reason: failure.map { "\(known); the last fetch failed: \($0)" } ?? known)
  }

  // MARK: Fetching

  private func makeAlarm() -> Task<Void, Never> {
    let rest = state.withLock { $0.cache.rest(at: now()) }
    return Task { [wake] in
      // Until the keys are due again.
      do { try await Task.sleep(for: rest) } catch { return }
      wake.yield()
    }
  }

  private func fetchIfDue() async {
    guard state.withLock({ $0.cache.begins(at: now()) }) else { return }
    do {
      let response = try await withTimeout(timeout, fetch)
      let set = try await JSONWebKeySet(parsing: response.body)
      note(set)
      state.withLock { $0.cache.fetched(set.keys, lifetime: response.lifetime, at: now()) }
      succeeded.increment()
      count.record(set.keys.count)
    } catch {
      if Task.isCancelled { return }
      let reason = "\(error)"
      let isNew = state.withLock { state in
        defer { state.cache.failed(reason, at: now()) }
        return state.cache.failure == nil
      }
      failed.increment()
      if isNew { logger.warning("the JWKS cannot be fetched; its last keys stay", metadata: ["url": "\(name)", "error": "\(reason)"]) }
    }
    letGo(isOver: false)
  }

  private func note(_ set: JSONWebKeySet) {
    let (wasKnown, failure) = state.withLock { ($0.cache.hasKeys, $0.cache.failure) }
    if wasKnown, failure == nil { return }
    logger.info("the JWKS has been fetched", metadata: ["url": "\(name)", "keys": "\(set.keys.count)"])
    for reason in set.ignored { logger.notice("a key of the JWKS is not used", metadata: ["url": "\(name)", "reason": "\(reason)"]) }
  }

  // MARK: Waiting

  private func fetchUnderWay() async {
    await withCheckedContinuation { continuation in
      let waits = state.withLock { state in
        guard !state.isOver, state.cache.isAwaited, state.waiting.count < Self.maximumWaiting else { return false }
        state.waiting.append(continuation)
        return true
      }
      if !waits { continuation.resume() }
    }
  }

  private func letGo(isOver: Bool) {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isOver = state.isOver || isOver
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
