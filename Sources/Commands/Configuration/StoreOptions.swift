import ArgumentParser

/// The flags of commands that work on the store's files themselves.
struct StoreOptions: ParsableArguments {
  @OptionGroup var settings: SettingsOptions

  @Option(help: ArgumentHelp("data.directory", valueName: "path"), completion: .directory)
  var dataDirectory: String?

  /// - Throws: one error that names every fault of the configuration.
  func read() throws -> Settings { try settings.input([("data.directory", "--data-directory", dataDirectory)]).read().usable() }
}
