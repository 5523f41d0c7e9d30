import Glibc
import Threading

extension Waker {
  /// Waits until one of the descriptors has what is asked for, somebody wakes us, or the time is over.
  ///
  /// - Returns: whether the first descriptor has something.
  @discardableResult
  func poll(_ descriptors: [(Int32, Int16)], for time: Duration) -> Bool {
    var entries = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    for (descriptor, events) in descriptors { entries.append(pollfd(fd: descriptor, events: events, revents: 0)) }
    // Rounded up, so that a wait for less than a millisecond is no busy loop.
    let milliseconds = Int32(
      clamping: (time.components.seconds * 1000) + (time.components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    _ = Glibc.poll(&entries, nfds_t(entries.count), max(0, milliseconds))
    if entries[0].revents != 0 { clear() }
    return entries.count > 1 && entries[1].revents != 0
  }
}
