import CLinux
import Glibc

/// A descriptor that becomes readable when any thread says so: lets one `poll` wait for a socket and for other threads.
public final class Waker: Sendable {
  /// For the owner's `poll` (POLLIN). Belongs to the waker.
  public let descriptor: Int32

  /// - Throws: ``ThreadingError`` if the process has no descriptors left.
  public init() throws {
    descriptor = clinux_eventfd()
    if descriptor < 0 { throw ThreadingError(call: "eventfd", code: errno) }
  }

  deinit { close(descriptor) }

  /// Any thread.
  public func wake() {
    var one: UInt64 = 1
    // The only failure is a counter at its maximum, and then the descriptor is readable as it is.
    _ = write(descriptor, &one, 8)
  }

  /// Makes the descriptor unreadable again. The owner, after its `poll`.
  public func clear() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }
}

/// A call of the operating system that failed.
public struct ThreadingError: Error, Sendable, CustomStringConvertible {
  public let call: String
  public let code: Int32

  public var description: String { "\(call) failed: \(String(cString: strerror(code)))" }
}
