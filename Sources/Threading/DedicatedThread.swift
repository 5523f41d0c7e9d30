import CLinux
import Glibc

/// Runs `body` on a thread of its own and returns when it has ended.
///
/// For C libraries whose handles belong to one thread and whose calls block. The thread is a scope: nobody can forget to join it.
/// Cancellation is `onCancel`'s to pass on, usually by a message that makes `body` return.
///
/// - Throws: ``ThreadingError`` if no thread can be made; `body` has not run then.
public func withDedicatedThread(
  named name: String, _ body: @escaping @Sendable () -> Void, onCancel: @escaping @Sendable () -> Void
) async throws {
  try await withTaskCancellationHandler {
    try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
      let start = ThreadStart(
        name: name,
        body: {
          body()
          continuation.resume()
        })
      var thread = pthread_t()
      // The retained object is the thread's own from here on; on failure nobody took it, so it is released here.
      let argument = Unmanaged.passRetained(start)
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      defer { pthread_attr_destroy(&attributes) }
      pthread_attr_setstacksize(&attributes, dedicatedStackSize)
      let code = pthread_create(
        &thread, &attributes,
        { argument in
          let start = Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
          clinux_name_thread(start.name)
          start.body()
          return nil
        }, argument.toOpaque())
      if code == 0 {
        pthread_detach(thread)
      } else {
        argument.release()
        continuation.resume(throwing: ThreadingError(call: "pthread_create", code: code))
      }
    }
  } onCancel: {
    onCancel()
  }
}

/// In bytes, of which only those that are used take memory. Left to `ulimit -s`, it may be 2 MiB, and librabbitmq goes down one level for
/// each array in an array of a message's headers: a frame of 128 KiB has room for 26,000.
private let dedicatedStackSize = 16 << 20

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
