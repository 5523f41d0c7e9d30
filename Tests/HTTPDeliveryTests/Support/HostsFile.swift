import Foundation
import Glibc
import Synchronization

/// An `/etc/hosts` of its own for what runs on its thread, and on threads that are made from there: a mount namespace in which another
/// file stands in that one's place. So names resolve by the real resolver to what a test says, and may change.
final class HostsFile: TaskExecutor, Sendable {
  private let file = FileManager.default.temporaryDirectory.appending(path: "fanfare-hosts-\(UUID().uuidString)")
  private let jobs = Mutex<[UnownedJob]>([])
  private let wake = DispatchSemaphore(value: 0)
  private let isEnding = Atomic(false)

  /// Whether this process may have such a thing; not without the right to mount.
  static let isPossible: Bool = {
    guard let probe = try? HostsFile([]) else { return false }
    probe.end()
    return true
  }()

  struct NotPossible: Error {}

  init(_ lines: [String]) throws {
    try Data().write(to: file)
    let isMounted = Atomic(false)
    let isDecided = DispatchSemaphore(value: 0)
    let thread = Thread { [self] in
      let isDone = Self.mount(file.path)
      if isDone { isMounted.store(true, ordering: .relaxed) }
      isDecided.signal()
      if isDone { work() }
    }
    thread.start()
    isDecided.wait()
    guard isMounted.load(ordering: .relaxed) else {
      try FileManager.default.removeItem(at: file)
      throw NotPossible()
    }
    try write(lines)
  }

  private func work() {
    while !isEnding.load(ordering: .relaxed) {
      wake.wait()
      while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    wake.signal()
  }

  /// Replaces what names resolve to: in place, since the file itself is mounted.
  func write(_ lines: [String]) throws {
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    try handle.close()
  }

  func end() {
    isEnding.store(true, ordering: .relaxed)
    wake.signal()
    try? FileManager.default.removeItem(at: file)
  }

  private static func mount(_ path: String) -> Bool {
    // Not in Swift's module, which is made without _GNU_SOURCE.
    guard let symbol = dlsym(nil, "unshare") else { return false }
    let unshare = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
    let newMounts: Int32 = 0x0002_0000
    return unshare(newMounts) == 0 && Glibc.mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0
      && Glibc.mount(path, "/etc/hosts", nil, UInt(MS_BIND), nil) == 0
  }
}
