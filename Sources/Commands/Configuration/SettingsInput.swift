import Failpoints

/// Everything that the configuration is read from.
struct SettingsInput: Sendable {
  /// By key, from flags and `--set`.
  var flags: [String: Flag] = [:]
  /// `--set` arguments that are not `key=value`.
  var malformedFlags: [String] = []
  var environment: [String: String] = [:]
  /// `--config`, else the variable `FANFARE_CONFIG`.
  var file: String?

  struct Flag: Sendable, ExpressibleByStringLiteral {
    var value: String
    /// As it is written on the command line.
    var name: String

    init(_ value: String, name: String) {
      self.value = value
      self.name = name
    }

    init(stringLiteral value: String) { self.init(value, name: "--set") }
  }

  /// Variables that are not keys: they belong to the commands and to the tests.
  static let otherVariables =
    ["FANFARE_CONFIG", "FANFARE_URL", "FANFARE_TOKEN", "FANFARE_CA"] + (Failpoint.variable.map { [$0] } ?? [])

  /// Reads all of it and names every fault, not the first one only.
  func read() -> SettingsOutcome {
    var faults: [String] = []
    var sources: [SettingsSource] = []

    for argument in malformedFlags { faults.append("--set \(argument) is not of the form key=value") }
    for name in flags.keys.sorted() where !Self.isKey(name) { faults.append(Self.unknown(name, from: "--set")) }
    sources.append(.flags(flags))

    for name in environment.keys.sorted() where Self.isUnknown(variable: name) { faults.append(Self.unknown(variable: name)) }
    sources.append(.environment(environment))
    if let name = Failpoint.variable, let text = environment[name], let fault = Failpoint.fault(of: text) {
      faults.append("\(fault) (from the environment variable \(name))")
    }

    if let path = file ?? environment["FANFARE_CONFIG"], !path.isEmpty {
      do {
        let file = try SettingsFile(name: path, bytes: contents(ofFile: path))
        for key in file.keys where !Self.isKey(key.name) { faults.append(Self.unknown(key.name, from: "\(path), line \(key.line)")) }
        for key in file.emptySections where !Self.isKey(key.name) && !Self.isSection(key.name) {
          faults.append(Self.unknown(key.name, from: "\(path), line \(key.line)"))
        }
        if !file.isEmpty { sources.append(try .file(file)) }
      } catch {
        faults.append("the configuration file \(error)")
      }
    }

    var reading = SettingsReading(sources: sources, faults: faults)
    let settings = Settings(from: &reading)
    return SettingsOutcome(settings: settings, reading: reading, faults: reading.faults + settings.contradictions)
  }

  private static func isKey(_ name: String) -> Bool { SettingsKeys.all.contains { $0.name == name } }

  private static func isSection(_ name: String) -> Bool { SettingsKeys.all.contains { $0.name.hasPrefix(name + ".") } }

  private static func unknown(_ name: String, from origin: String) -> String {
    let question = SettingsKeys.all.map(\.name).nearest(to: name).map { "did you mean \($0)?" } ?? "fanfare check-config lists the keys"
    return "\(name) (from \(origin)) is not a key; \(question)"
  }

  private static func isUnknown(variable name: String) -> Bool {
    guard name.hasPrefix("FANFARE_"), !otherVariables.contains(name), !name.hasPrefix("FANFARE_TEST_") else { return false }
    // Kubernetes sets these in every pod beside a service that is named fanfare.
    if name.hasPrefix("FANFARE_SERVICE_") || name == "FANFARE_PORT" || name.hasPrefix("FANFARE_PORT_") { return false }
    return !SettingsKeys.all.contains { $0.environmentVariable == name }
  }

  private static func unknown(variable name: String) -> String {
    let known = SettingsKeys.all.map(\.environmentVariable) + otherVariables
    let question = known.nearest(to: name).map { "did you mean \($0)?" } ?? "fanfare check-config lists the variables"
    return "the environment variable \(name) belongs to no key; \(question)"
  }
}

/// What came of reading the configuration.
struct SettingsOutcome: Sendable {
  /// Complete also if there are faults, with defaults in their place: to be used only through ``usable()``.
  private let settings: Settings
  let reading: SettingsReading
  let faults: [String]

  init(settings: Settings, reading: SettingsReading, faults: [String]) {
    self.settings = settings
    self.reading = reading
    self.faults = faults
  }

  /// The same, with what is wrong with the files that it names if nothing else is.
  func withFaultsOfFiles() async -> SettingsOutcome {
    guard faults.isEmpty else { return self }
    return SettingsOutcome(settings: settings, reading: reading, faults: await settings.faultsOfFiles())
  }

  /// - Throws: one error that names every fault.
  func usable() throws -> Settings {
    if faults.isEmpty { return settings }
    let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
    throw SentenceError("\(count) in the configuration:" + faults.map { "\n  \($0)" }.joined())
  }
}
