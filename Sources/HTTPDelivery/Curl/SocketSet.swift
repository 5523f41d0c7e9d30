import CCurl
import Glibc
import Threading

/// The sockets that libcurl wants watched, as one epoll set, and the time that libcurl wants to be called at.
///
/// `curl_multi_poll` and `curl_multi_perform` ask the kernel about every transfer each time; with 256 attempts waiting for slow
/// receivers that costs more than the attempts themselves. Told by libcurl what to watch, a turn costs what happened in it.
///
/// Lives on the curl thread. libcurl's callbacks hold its address, so it must outlive the multi handle and every connection.
final class SocketSet {
  /// What is known about one descriptor; its number is the index.
  private struct Watch {
    /// What libcurl wants to hear of.
    var wanted: UInt32 = 0
    /// What epoll was told.
    var registered: UInt32 = 0
    /// Whether ``open`` made it, so that ``close(_:)`` is sure to be called.
    var isOurs = false
  }

  private let epoll: Int32
  private let waker: Waker
  private var watches: [Watch] = []
  private var events = [epoll_event](repeating: epoll_event(), count: 256)
  /// When libcurl wants `CURL_SOCKET_TIMEOUT`; nil for never.
  private var deadline: ContinuousClock.Instant?
  /// Connections opened so far.
  private(set) var opened = 0

  init(waker: Waker) throws {
    self.waker = waker
    epoll = epoll_create1(Int32(bitPattern: UInt32(EPOLL_CLOEXEC)))
    if epoll < 0 { throw CurlError(call: "epoll_create1", reason: String(cString: strerror(errno))) }
    control(EPOLL_CTL_ADD, waker.descriptor, EPOLLIN.rawValue)
  }

  deinit { Glibc.close(epoll) }

  // MARK: Waiting

  func schedule(inMilliseconds milliseconds: Int) {
    deadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
  }

  /// Whether libcurl's time has come. It has to be told then, and sets the next one itself.
  func takeDueTimer() -> Bool {
    guard let deadline, deadline <= .now else { return false }
    self.deadline = nil
    return true
  }

  /// Waits until a socket is ready, another thread wakes us, libcurl's time has come or `limit` has passed; then calls `ready` for
  /// each ready socket with `CURL_CSELECT_` bits.
  func wait(atMost limit: Duration, ready: (_ descriptor: Int32, _ bits: Int32) -> Void) {
    var timeout = limit
    if let deadline { timeout = max(.zero, min(timeout, deadline - .now)) }
    // Rounded up, or the last millisecond would be spent spinning.
    let milliseconds = Int32(
      clamping: (timeout.components.seconds * 1000) + (timeout.components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    // Interrupted by a signal: the next turn waits again.
    guard count > 0 else { return }
    for index in 0..<Int(count) {
      let event = events[index]
      let descriptor = event.data.fd
      if descriptor == waker.descriptor {
        waker.clear()
        continue
      }
      let wanted = watches[Int(descriptor)].wanted
      if wanted == 0 {
        // An idle connection has something to say, its end mostly. libcurl looks at that when it wants to use it again.
        unregister(descriptor)
        continue
      }
      var happened = event.events & (EPOLLIN.rawValue | EPOLLOUT.rawValue)
      // Errors are found by the read or the write that libcurl waits to make: that one names them.
      if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { happened |= wanted }
      var bits: Int32 = 0
      if happened & EPOLLIN.rawValue != 0 { bits |= CURL_CSELECT_IN }
      if happened & EPOLLOUT.rawValue != 0 { bits |= CURL_CSELECT_OUT }
      ready(descriptor, bits)
    }
  }

  // MARK: What libcurl asks for

  /// Watches a socket for what `CURL_POLL_` says from now on.
  ///
  /// A connection that goes idle stays registered: most are used again at once, and then neither end of it costs a system call.
  func watch(_ descriptor: Int32, for what: Int32) {
    grow(toHold: descriptor)
    let index = Int(descriptor)
    switch what {
    case CURL_POLL_IN: watches[index].wanted = EPOLLIN.rawValue
    case CURL_POLL_OUT: watches[index].wanted = EPOLLOUT.rawValue
    case CURL_POLL_INOUT: watches[index].wanted = EPOLLIN.rawValue | EPOLLOUT.rawValue
    default:
      watches[index].wanted = 0
      if !watches[index].isOurs { unregister(descriptor) }
      return
    }
    let watch = watches[index]
    if watch.registered == watch.wanted { return }
    control(watch.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, watch.wanted)
    watches[index].registered = watch.wanted
  }

  /// A socket for a connection; -1 with `errno` if there is none to be had.
  func open(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
    let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
    if descriptor < 0 { return -1 }
    grow(toHold: descriptor)
    watches[Int(descriptor)] = Watch(isOurs: true)
    opened += 1
    return descriptor
  }

  /// Closing takes a socket out of the epoll set by itself.
  func close(_ descriptor: Int32) -> Int32 {
    watches[Int(descriptor)] = Watch()
    return Glibc.close(descriptor)
  }

  private func grow(toHold descriptor: Int32) {
    while watches.count <= Int(descriptor) { watches.append(Watch()) }
  }

  private func unregister(_ descriptor: Int32) {
    if watches[Int(descriptor)].registered == 0 { return }
    watches[Int(descriptor)].registered = 0
    control(EPOLL_CTL_DEL, descriptor, 0)
  }

  private func control(_ operation: Int32, _ descriptor: Int32, _ mask: UInt32) {
    var event = epoll_event(events: mask, data: epoll_data_t(fd: descriptor))
    if epoll_ctl(epoll, operation, descriptor, &event) != 0, operation == EPOLL_CTL_ADD, errno == EEXIST {
      epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
    }
  }
}
