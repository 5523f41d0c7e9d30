import Glibc

/// What the process has used so far.
struct ProcessUsage {
  let residentBytes: Int
  /// User and system.
  let cpuSeconds: Double

  /// Nil where `/proc` is not to be had.
  static var current: ProcessUsage? {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0, let pages = residentPages() else { return nil }
    let times = [usage.ru_utime, usage.ru_stime]
    return ProcessUsage(
      residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)),
      cpuSeconds: times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1_000_000 })
  }

  /// The second figure of `/proc/self/statm`.
  private static func residentPages() -> Int? {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let figures = bytes[..<count].split(separator: UInt8(ascii: " "))
    return figures.count > 1 ? Int(String(decoding: figures[1], as: UTF8.self)) : nil
  }
}
