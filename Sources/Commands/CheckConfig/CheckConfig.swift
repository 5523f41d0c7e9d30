import ArgumentParser
import Fanfare

struct CheckConfig: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Says what is wrong with the configuration, all of it at once, and what would be used.",
    discussion: "Values come from flags, else the environment, else the file, else the default. Secrets are masked.")

  @OptionGroup var service: ServiceOptions

  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  @Flag(help: "Print a configuration file with every key, its default and its meaning, and check nothing.")
  var example = false

  func run() async throws {
    if example {
      Console.write(SettingsExample.text)
      return
    }
    let outcome = await service.read().withFaultsOfFiles()
    Console.print(json ? Self.json(of: outcome) : Self.table(of: outcome))
    _ = try outcome.usable()
  }

  static func table(of outcome: SettingsOutcome) -> String {
    var table = TextTable("KEY", "VALUE", "FROM")
    for entry in SettingsKeys.all {
      let found = outcome.reading.found(for: entry)
      table.add(entry.name, found.map { entry.mask($0.text.line) } ?? "-", found?.origin ?? "not set")
    }
    return table.text
  }

  static func json(of outcome: SettingsOutcome) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.key("settings")
    json.beginObject()
    for entry in SettingsKeys.all {
      guard let found = outcome.reading.found(for: entry) else { continue }
      json.key(entry.name)
      json.beginObject()
      json.member("value", entry.mask(found.text.line))
      json.member("from", found.origin)
      json.endObject()
    }
    json.endObject()
    json.key("faults")
    json.strings(outcome.faults)
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
