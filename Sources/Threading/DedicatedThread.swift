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
      let code = pthread_create(
        &thread, nil,
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

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
