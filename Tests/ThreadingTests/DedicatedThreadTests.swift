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
