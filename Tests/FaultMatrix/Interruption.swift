import Glibc
import Synchronization

/// What has to end with this program, if somebody ends it: the service that was started last. The broker is on a leash of its own.
enum Interruption {
  private static let service = Atomic<Int32>(0)

  /// From here on SIGINT and SIGTERM end the service, and then this program.
  static func watch() {
    note(0)
    for number in [SIGINT, SIGTERM] {
      // Only what a signal handler may do: no lock, no memory.
      signal(number) { number in
        let service = Interruption.service.load(ordering: .relaxed)
        if service > 0 { kill(service, SIGKILL) }
        _exit(128 + number)
      }
    }
  }

  static func note(_ processIdentifier: Int32) { service.store(processIdentifier, ordering: .relaxed) }
}
