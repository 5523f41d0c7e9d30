public import Fanfare
import Logging
import Synchronization

/// The keys of a JWKS file, which is looked at again while tokens come: at most every five seconds, or every second for a key that is
/// not known. A file that has become bad changes nothing, and the log says so.
public final class JWKSFile: KeySource {
  /// Whether to look, and what there is until then.
  private struct State {
    var bytes: [UInt8]
    var keys: [VerificationKey]
    var lookedAt: Timestamp
    var fault: String?

    mutating func shouldLook(for query: KeyQuery, at now: Timestamp) -> Bool {
      let age = now - lookedAt
      // A clock that was set back is no reason never to look again.
      guard age < .zero || age >= (keys.know(query.id) ? .seconds(5) : .seconds(1)) else { return false }
      lookedAt = now
      return true
    }
  }

  private let path: String
  private let read: @Sendable (String) throws -> [UInt8]
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads the file for the first time.
  ///
  /// - Parameter read: the whole of the file at a path; throws a sentence that names it.
  /// - Throws: what `read` throws, or a ``KeySetError`` that names the file.
  public init(
    path: String, read: @escaping @Sendable (String) throws -> [UInt8], now: @escaping @Sendable () -> Timestamp
  ) async throws {
    self.path = path
    self.read = read
    self.now = now
    logger = Logger(label: "fanfare.jwt")
    let bytes = try read(path)
    let set: JSONWebKeySet
    do {
      set = try await JSONWebKeySet(parsing: bytes)
    } catch {
      throw KeySetError("\(path) \(error)")
    }
    state = Mutex(State(bytes: bytes, keys: set.keys, lookedAt: now()))
    for reason in set.ignored { logger.notice("a key of the JWKS is not used", metadata: ["file": "\(path)", "reason": "\(reason)"]) }
  }

  public func keys(for query: KeyQuery) async -> FittingKeys {
    if state.withLock({ $0.shouldLook(for: query, at: now()) }) { await look() }
    return state.withLock { $0.keys }.fitting(query)
  }

  private func look() async {
    do {
      let bytes = try read(path)
      if state.withLock({ $0.bytes == bytes && $0.fault == nil }) { return }
      let keys = try await JSONWebKeySet(parsing: bytes).keys
      state.withLock { state in
        state.bytes = bytes
        state.keys = keys
        state.fault = nil
      }
      logger.info("the JWKS file has been read again", metadata: ["file": "\(path)", "keys": "\(keys.count)"])
    } catch {
      let fault = "\(error)"
      let isNew = state.withLock { state in
        defer { state.fault = fault }
        return state.fault != fault
      }
      if isNew { logger.warning("the JWKS file cannot be used; its last keys stay", metadata: ["file": "\(path)", "error": "\(fault)"]) }
    }
  }
}
