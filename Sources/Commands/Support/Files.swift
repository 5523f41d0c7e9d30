import Glibc

/// The whole of a file; `-` is standard input.
///
/// - Throws: a sentence with the path and the system's reason.
func contents(ofFile path: String) throws -> [UInt8] {
  let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw SentenceError("\(path) cannot be read: \(systemReason())") }
  defer { if descriptor != STDIN_FILENO { close(descriptor) } }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return bytes }
    if count < 0 {
      if errno == EINTR { continue }
      throw SentenceError("\(path) cannot be read: \(systemReason())")
    }
    bytes.append(contentsOf: chunk[..<count])
  }
}

/// `errno` in the system's words.
func systemReason() -> String { String(cString: strerror(errno)) }

/// The process's environment.
func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var next = environ
  while let entry = next.pointee {
    let line = String(cString: entry)
    if let equals = line.firstIndex(of: "=") { variables[String(line[..<equals])] = String(line[line.index(after: equals)...]) }
    next += 1
  }
  return variables
}

/// Makes a directory, and those that it is in, for its owner alone. Does nothing if it is there.
///
/// - Throws: a sentence with the path and the system's reason.
func makeDirectory(_ path: String) throws {
  var made = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    made += made.isEmpty || made == "/" ? String(part) : "/\(part)"
    if mkdir(made, 0o700) != 0, errno != EEXIST { throw SentenceError("the directory \(made) cannot be made: \(systemReason())") }
  }
  guard let directory = opendir(path) else { throw SentenceError("\(path) is no directory that can be used: \(systemReason())") }
  closedir(directory)
}
