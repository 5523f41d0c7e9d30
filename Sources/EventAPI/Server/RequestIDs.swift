import Fanfare
import Hummingbird
import Synchronization

/// Names requests: as the client does if its name is sane, else with a KSUID.
final class RequestIDs: Sendable {
  private struct State {
    var generator = KSUIDGenerator()
    var random = SystemRandomNumberGenerator()
  }

  private let state = Mutex(State())
  private let now: @Sendable () -> Timestamp

  init(now: @escaping @Sendable () -> Timestamp) {
    self.now = now
  }

  func id(for request: Request) -> String {
    if let given = request.headers[.requestID], Self.isSane(given) { return given }
    return next()
  }

  func next() -> String {
    let id = state.withLock { $0.generator.next(at: now(), using: &$0.random) }
    return id.description
  }

  /// 1 to 128 letters, digits and `-_.:/+=`: nothing that could break out of a log line.
  static func isSane(_ id: String) -> Bool {
    (1...128).contains(id.utf8.count)
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "+"),
          UInt8(ascii: "="):
          true
        default: false
        }
      }
  }
}
