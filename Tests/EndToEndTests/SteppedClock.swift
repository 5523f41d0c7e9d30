import Foundation
import Programs

/// A wall clock that a test sets while a service runs. Clocks that only pass are left alone.
struct SteppedClock: Sendable {
  private let step: Preload

  init(in directory: URL) throws { step = try Preload("clock", in: directory, source: Self.source) }

  var environment: [String: String] { step.environment }

  /// Seconds from the machine's clock, from now on.
  func set(to seconds: Int64) throws { try step.set(seconds) }

  private static let source = """
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>

    int clock_gettime(clockid_t clock, struct timespec *now) {
      int result = syscall(SYS_clock_gettime, clock, now);
      if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *number;
      return result;
    }

    int gettimeofday(struct timeval *restrict now, void *restrict zone) {
      struct timespec precise;
      clock_gettime(CLOCK_REALTIME, &precise);
      now->tv_sec = precise.tv_sec;
      now->tv_usec = precise.tv_nsec / 1000;
      return 0;
    }

    time_t time(time_t *now) {
      struct timespec precise;
      clock_gettime(CLOCK_REALTIME, &precise);
      if (now) *now = precise.tv_sec;
      return precise.tv_sec;
    }

    """
}
