import Glibc
import Synchronization
import Testing
import Threading

@Suite struct DedicatedThreadTests {
  @Test func `the scope ends when the thread's work has`() async throws {
    let ran = Mutex<pthread_t?>(nil)
    try await withDedicatedThread(named: "a-name-that-is-longer-than-linux-keeps") {
      ran.withLock { $0 = pthread_self() }
    } onCancel: {
    }
    #expect(ran.withLock { $0 } != nil)
    #expect(ran.withLock { $0 } != pthread_self())
  }

  @Test func `the thread has a stack that no limit of its environment makes smaller`() async throws {
    // Not in Swift's module, which is made without _GNU_SOURCE.
    let symbol = try #require(dlsym(nil, "pthread_getattr_np"))
    let getAttributes = unsafeBitCast(symbol, to: (@convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32).self)
    let found = Mutex(0)
    try await withDedicatedThread(named: "stack") {
      var (attributes, size) = (pthread_attr_t(), 0)
      guard getAttributes(pthread_self(), &attributes) == 0 else { return }
      pthread_attr_getstacksize(&attributes, &size)
      pthread_attr_destroy(&attributes)
      found.withLock { $0 = size }
    } onCancel: {
    }
    #expect(found.withLock { $0 } >= 16 << 20)
  }

  @Test func `cancelling the task is passed on to the thread, which waits in poll`() async throws {
    let waker = try Waker()
    let mailbox = Mailbox<String> { waker.wake() }
    let received = Mutex<[String]>([])
    let task = Task {
      try await withDedicatedThread(named: "poller") {
        var isStopped = false
        while !isStopped {
          var descriptor = pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0)
          poll(&descriptor, 1, -1)
          waker.clear()
          for message in mailbox.drain() {
            received.withLock { $0.append(message) }
            if message == "stop" { isStopped = true }
          }
        }
      } onCancel: {
        mailbox.post("stop")
      }
    }
    mailbox.post("one")
    mailbox.post("two")
    task.cancel()
    try await task.value
    #expect(received.withLock { $0 } == ["one", "two", "stop"])
  }
}
