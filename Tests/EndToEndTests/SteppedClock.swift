import Foundation
import Programs

/// A wall clock that a test sets while a service runs: a library that is loaded before the others, and adds to the machine's wall clock the
/// seconds that a file has. Clocks that only pass are left alone.
struct SteppedClock: Sendable {
  private let file: URL
  let environment: [String: String]

  init(in directory: URL) throws {
    file = directory.appending(path: "clock-step")
    let (source, library) = (directory.appending(path: "clock.c"), directory.appending(path: "clock.so"))
    try Data(Self.source.utf8).write(to: source)
    try Data(count: 8).write(to: file)
    try Program.run("/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-o", library.path, source.path])
    environment = ["LD_PRELOAD": library.path, "CLOCK_STEP_FILE": file.path]
  }

  /// Seconds from the machine's clock, from now on.
  func set(to seconds: Int64) throws {
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    // In place: the service has the file in its memory.
    try handle.write(contentsOf: withUnsafeBytes(of: seconds) { Data($0) })
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    static volatile int64_t none;
    static volatile int64_t *step = &none;

    __attribute__((constructor)) static void map(void) {
      const char *path = getenv("CLOCK_STEP_FILE");
      int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *memory = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
      close(file);
      if (memory != MAP_FAILED) step = memory;
    }

    int clock_gettime(clockid_t clock, struct timespec *now) {
      int result = syscall(SYS_clock_gettime, clock, now);
      if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *step;
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
