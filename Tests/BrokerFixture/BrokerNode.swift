import Foundation
import Synchronization

/// The processes of one private node.
final class BrokerNode: Sendable {
  let directory: URL
  let port: Int
  let tlsPort: Int
  private let leash = Mutex<(script: Process, input: FileHandle)?>(nil)

  /// Where the package keeps its scripts: the wrapper on the PATH insists on a system user.
  static let binaries: String = {
    let chosen = ProcessInfo.processInfo.environment["FANFARE_TEST_RABBITMQ_BIN"].map { [$0] } ?? []
    let candidates = chosen + ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/local/sbin"]
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0 + "/rabbitmq-server") } ?? candidates[0]
  }()

  /// The script's words: `stop` and `kill` keep the directory; `remove`, and the end of the test process, do not.
  private static let script = """
    trap : INT TERM HUP
    rm -f "$RABBITMQ_PID_FILE"
    epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null &
    epmd=$!
    "$FANFARE_BROKER_BINARIES/rabbitmq-server" </dev/null &
    server=$!
    word=remove
    read -r word || word=remove
    signal=KILL
    [ "$word" = stop ] && signal=TERM
    if [ -s "$RABBITMQ_PID_FILE" ]; then kill -$signal "$(cat "$RABBITMQ_PID_FILE")"; else kill -TERM "$server"; fi
    wait "$server"
    kill -KILL "$epmd"
    wait "$epmd"
    [ "$word" = remove ] && rm -rf "$FANFARE_BROKER_DIRECTORY"
    exit 0
    """

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-broker-\(UUID().uuidString.prefix(8))")
    let ports = try FreePorts.take(4)
    (port, tlsPort) = (ports[0], ports[1])
    for folder in ["home", "mnesia", "log", "generated", "tls"] {
      try FileManager.default.createDirectory(at: directory.appending(path: folder), withIntermediateDirectories: true)
    }
    try write("[].", to: "plugins")
    try write("", to: "no-environment")
    try write(UUID().uuidString, to: "home/.erlang.cookie")
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: directory.appending(path: "home/.erlang.cookie").path)
    try write(
      """
      listeners.tcp.1 = 127.0.0.1:\(port)
      listeners.ssl.1 = 127.0.0.1:\(tlsPort)
      ssl_options.cacertfile = \(directory.path)/tls/ca.pem
      ssl_options.certfile = \(directory.path)/tls/server.pem
      ssl_options.keyfile = \(directory.path)/tls/server.key
      ssl_options.verify = verify_none
      ssl_options.fail_if_no_peer_cert = false
      disk_free_limit.absolute = 50MB
      vm_memory_high_watermark.absolute = 2GB
      log.console = false
      log.file.level = info
      """, to: "rabbitmq.conf")
    let loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
    let environment = [
      "HOME": "\(directory.path)/home",
      "RABBITMQ_NODENAME": "fanfare-\(port)@localhost",
      "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
      "RABBITMQ_NODE_PORT": "\(port)",
      "RABBITMQ_DIST_PORT": "\(ports[2])",
      "RABBITMQ_MNESIA_BASE": "\(directory.path)/mnesia",
      "RABBITMQ_LOG_BASE": "\(directory.path)/log",
      "RABBITMQ_PID_FILE": "\(directory.path)/node.pid",
      "RABBITMQ_ENABLED_PLUGINS_FILE": "\(directory.path)/plugins",
      "RABBITMQ_CONF_ENV_FILE": "\(directory.path)/no-environment",
      "RABBITMQ_CONFIG_FILE": "\(directory.path)/rabbitmq",
      "RABBITMQ_GENERATED_CONFIG_DIR": "\(directory.path)/generated",
      "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": loopback,
      "RABBITMQ_CTL_ERL_ARGS": loopback,
      "ERL_EPMD_PORT": "\(ports[3])",
      "ERL_EPMD_ADDRESS": "127.0.0.1",
      "FANFARE_BROKER_DIRECTORY": directory.path,
      "FANFARE_BROKER_BINARIES": Self.binaries,
    ]
    try write(environment.map { "\($0)=\($1)\n" }.sorted().joined(), to: "environment")
  }

  /// Ours, and of the test process only what a script needs.
  static func environment(in directory: URL) throws -> [String: String] {
    var environment = ["LANG": "C.UTF-8", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"]
    for line in try String(contentsOf: directory.appending(path: "environment"), encoding: .utf8).split(separator: "\n") {
      guard let sign = line.firstIndex(of: "=") else { continue }
      environment[String(line[..<sign])] = String(line[sign...].dropFirst())
    }
    return environment
  }

  func start() async throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", Self.script]
    process.environment = try Self.environment(in: directory)
    let output = directory.appending(path: "log/output")
    try Data().write(to: output)
    let sink = try FileHandle(forWritingTo: output)
    process.standardOutput = sink
    process.standardError = sink
    let pipe = Pipe()
    process.standardInput = pipe
    // No other child may hold the leash.
    _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    try process.run()
    leash.withLock { $0 = (process, pipe.fileHandleForWriting) }
    let end = ContinuousClock.now + .seconds(600)
    while !FreePorts.answers(port) {
      if !process.isRunning || ContinuousClock.now > end {
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        throw BrokerFixtureError("the private RabbitMQ did not start: \(text.suffix(2000))")
      }
      // Its own process says nothing when the port is open: it is asked again.
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  func end(_ word: String) async throws {
    let held = leash.withLock { leash in
      defer { leash = nil }
      return leash
    }
    guard let held else { throw BrokerFixtureError("the private RabbitMQ is not running") }
    try held.input.write(contentsOf: Data("\(word)\n".utf8))
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        held.script.waitUntilExit()
        continuation.resume()
      }
    }
    try held.input.close()
  }

  func send(_ signal: Int32) throws {
    let file = directory.appending(path: "node.pid")
    let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    guard leash.withLock({ $0 != nil }), let number = Int32(text), Foundation.kill(number, signal) == 0 else {
      throw BrokerFixtureError("the private RabbitMQ is not running")
    }
  }

  private func write(_ text: String, to name: String) throws {
    try Data((text + "\n").utf8).write(to: directory.appending(path: name))
  }
}
