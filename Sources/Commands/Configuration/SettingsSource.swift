import Configuration

/// One place that values come from: flags, the environment or a file, read with swift-configuration.
struct SettingsSource: Sendable {
  let snapshot: any ConfigSnapshot
  /// The prefix of the source's own names: the environment's variables begin with `FANFARE_`.
  var prefix: [String] = []
  /// Whether an empty value is as good as none; Compose and the like set variables to nothing.
  var ignoresEmpty = true
  /// Keys that stand there with YAML's null.
  var absent: Set<String> = []
  /// Where the value of a key stands, as a person would look for it.
  let origin: @Sendable (SettingsEntry) -> String

  func value(of entry: SettingsEntry) -> SettingsReading.Found? {
    if absent.contains(entry.name) { return nil }
    let key = AbsoluteConfigKey(prefix + entry.name.split(separator: ".").map(String.init))
    guard let text = text(for: key), !(ignoresEmpty && text.isEmpty) else { return nil }
    return SettingsReading.Found(text: text, origin: origin(entry), isDefault: false)
  }

  /// A snapshot refuses to read an array as a string and the other way round, so each is asked for.
  private func text(for key: AbsoluteConfigKey) -> SettingsText? {
    if case .string(let scalar)? = (try? snapshot.value(forKey: key, type: .string))?.value?.content { return .scalar(scalar) }
    if case .stringArray(let list)? = (try? snapshot.value(forKey: key, type: .stringArray))?.value?.content { return .list(list) }
    return nil
  }
}

extension SettingsSource {
  /// `--set` and the flags that stand for a key.
  static func flags(_ flags: [String: SettingsInput.Flag]) -> SettingsSource {
    let pairs = flags.map { key, flag in
      (AbsoluteConfigKey(key.split(separator: ".").map(String.init)), ConfigValue(.string(flag.value), isSecret: false))
    }
    let provider = InMemoryProvider(name: "flags", values: Dictionary(pairs, uniquingKeysWith: { _, last in last }))
    return SettingsSource(snapshot: provider.snapshot(), ignoresEmpty: false) { flags[$0.name]?.name ?? "a flag" }
  }

  static func environment(_ variables: [String: String]) -> SettingsSource {
    let provider = EnvironmentVariablesProvider(environmentVariables: variables)
    return SettingsSource(snapshot: provider.snapshot(), prefix: ["fanfare"]) { $0.environmentVariable }
  }

  /// - Throws: what is wrong with the file as a whole.
  static func file(_ file: SettingsFile) throws -> SettingsSource {
    let snapshot = try YAMLSnapshot(data: file.bytes.span.bytes, providerName: file.name, parsingOptions: .default)
    return SettingsSource(snapshot: snapshot, absent: Set(file.emptySections.map(\.name))) { file.place(of: $0.name) }
  }
}
