import ArgumentParser

/// The flags of every command that reads the configuration.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The configuration file, YAML (else FANFARE_CONFIG).", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(name: .customLong("set"), help: ArgumentHelp("Sets one key; may be repeated.", valueName: "key=value"))
  var assignments: [String] = []

  /// - Parameter more: flags that stand for one key each; they win over `--set`.
  func input(_ more: [(key: String, flag: String, value: String?)] = []) -> SettingsInput {
    var input = SettingsInput(environment: processEnvironment(), file: config)
    for assignment in assignments {
      if let equals = assignment.firstIndex(of: "="), equals > assignment.startIndex {
        let value = assignment[assignment.index(after: equals)...].trimmingSpaces()
        input.flags[assignment[..<equals].trimmingSpaces()] = SettingsInput.Flag(value, name: "--set")
      } else {
        input.malformedFlags.append(assignment)
      }
    }
    for flag in more {
      if let value = flag.value { input.flags[flag.key] = SettingsInput.Flag(value, name: flag.flag) }
    }
    return input
  }
}

/// The flags of `serve` that stand for common keys.
struct ServiceOptions: ParsableArguments {
  @OptionGroup var settings: SettingsOptions

  @Option(help: ArgumentHelp("data.directory", valueName: "path"), completion: .directory)
  var dataDirectory: String?

  @Option(name: .customLong("amqp-url"), help: ArgumentHelp("amqp.url", valueName: "url"))
  var amqpURL: String?

  @Option(help: ArgumentHelp("http.listen", valueName: "host:port"))
  var httpListen: String?

  @Option(help: ArgumentHelp("internal.listen", valueName: "host:port"))
  var internalListen: String?

  @Option(help: ArgumentHelp("log.level", valueName: "level"))
  var logLevel: String?

  /// Reads the configuration with these flags before the environment and the file.
  func read() -> SettingsOutcome {
    settings.input([
      ("data.directory", "--data-directory", dataDirectory), ("amqp.url", "--amqp-url", amqpURL),
      ("http.listen", "--http-listen", httpListen),
      ("internal.listen", "--internal-listen", internalListen), ("log.level", "--log-level", logLevel),
    ]).read()
  }
}
