import Foundation
import Programs

/// A disk that cannot put on itself what was written: fsync and fdatasync of the store's files end with EIO while it is asked for.
struct SyncErrors: Sendable {
  private let isAskedFor: Preload

  init(in directory: URL) throws { isAskedFor = try Preload("sync-errors", in: directory, source: Self.source) }

  var environment: [String: String] { isAskedFor.environment }

  func begin() throws { try isAskedFor.set(1) }
  func end() throws { try isAskedFor.set(0) }

  private static let source = """
    #include <errno.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/syscall.h>

    static int is_store(int file) {
      char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length < 0) return 0;
      path[length] = 0;
      return strstr(path, "/fanfare.db") != 0;
    }

    static int sync_file(long call, int file) {
      if (*number && is_store(file)) {
        errno = EIO;
        return -1;
      }
      return syscall(call, file);
    }

    int fsync(int file) { return sync_file(SYS_fsync, file); }
    int fdatasync(int file) { return sync_file(SYS_fdatasync, file); }

    """
}
