import Fanfare
import Glibc

/// What some events took: time and the process's CPU.
struct Cost {
  private(set) var events = 0
  private var nanoseconds: Int64 = 0
  private var cpuMicroseconds = 0

  struct Reading {
    let instant = ContinuousClock.now
    let cpuMicroseconds: Int

    init() {
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      cpuMicroseconds =
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + Int(usage.ru_utime.tv_usec) + Int(usage.ru_stime.tv_usec)
    }
  }

  mutating func add(since before: Reading, events: Int) {
    let now = Reading()
    self.events += events
    nanoseconds += (now.instant - before.instant).wholeNanoseconds
    cpuMicroseconds += now.cpuMicroseconds - before.cpuMicroseconds
  }

  static func += (left: inout Cost, right: Cost) {
    left.events += right.events
    left.nanoseconds += right.nanoseconds
    left.cpuMicroseconds += right.cpuMicroseconds
  }

  var eventsPerSecond: Int { nanoseconds == 0 ? 0 : Int(Double(events) / Double(nanoseconds) * 1e9) }
  /// µs an event.
  var cpu: Double { events == 0 ? 0 : (Double(cpuMicroseconds) / Double(events) * 10).rounded() / 10 }
}
