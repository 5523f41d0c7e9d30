public import Foundation

/// A library that a program loads before all others, so that calls of the system do what a test wants, and a number that the test sets for it
/// while the program runs.
public struct Preload: Sendable {
  private let file: URL
  /// For the program's start.
  public let environment: [String: String]

  /// - Parameters:
  ///   - directory: where the library is built, with the machine's C compiler.
  ///   - source: C, which finds the number in `*number`. It is 0 at first.
  public init(_ name: String, in directory: URL, source: String) throws {
    file = directory.appending(path: "\(name)-number")
    let (code, library) = (directory.appending(path: "\(name).c"), directory.appending(path: "\(name).so"))
    try Data((Self.head + source).utf8).write(to: code)
    try Data(count: 8).write(to: file)
    try Program.run("/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-o", library.path, code.path, "-ldl"])
    environment = ["LD_PRELOAD": library.path, "PRELOAD_NUMBER_FILE": file.path]
  }

  public func set(_ number: Int64) throws {
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    // In place: the program has the file in its memory.
    try handle.write(contentsOf: withUnsafeBytes(of: number) { Data($0) })
  }

  private static let head = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <unistd.h>

    static volatile int64_t none;
    static volatile int64_t *number = &none;

    __attribute__((constructor)) static void map_number(void) {
      const char *path = getenv("PRELOAD_NUMBER_FILE");
      int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *memory = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
      close(file);
      if (memory != MAP_FAILED) number = memory;
    }

    """
}
