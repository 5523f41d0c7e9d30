import Glibc
import Synchronization

/// Lets another thread end a connection whose owner is stuck in a call, by shutting its socket down.
///
/// The owner puts the descriptor in after connecting and takes it out before closing, so a number that has been given to another file meanwhile
/// is never touched.
final class SocketBreaker: Sendable {
  private let descriptor = Mutex<Int32?>(nil)

  func insert(_ descriptor: Int32) { self.descriptor.withLock { $0 = descriptor } }

  func remove() { descriptor.withLock { $0 = nil } }

  /// Any thread.
  func cut() {
    descriptor.withLock { descriptor in
      if let descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }
}
