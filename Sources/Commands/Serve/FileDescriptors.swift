import EventAPI
import Glibc

/// How many files and sockets the process may have open.
enum FileDescriptors {
  /// Raises the limit to what the system allows; the usual 1,024 are fewer than the connections of one listener need.
  ///
  /// - Returns: the limit from now on.
  static func raiseLimit() -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
    guard getrlimit(resource, &limit) == 0 else { return Int.max }
    let former = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    if setrlimit(resource, &limit) != 0 { limit.rlim_cur = former }
    return Int(clamping: limit.rlim_cur)
  }

  /// What the service needs at most, roughly: two listeners, the deliveries, and what the store and the broker hold open.
  static func needed(by settings: Settings) -> Int {
    2 * settings.http.limits.maxConnections + 2 * settings.delivery.concurrency + 256
  }
}
