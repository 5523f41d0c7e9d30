/// The text of `deploy/fanfare.example.yaml`, made from the table of keys.
enum SettingsExample {
  static var text: String {
    var lines = [
      "# Fanfare's configuration: every key, its default and its meaning.",
      "# A value is taken from a flag, else from the environment, else from this file, else it is the default.",
      "# Written by `fanfare check-config --example`; a test keeps it true.",
    ]
    var section = ""
    for entry in SettingsKeys.all {
      let parts = entry.name.split(separator: ".").map(String.init)
      let parents = parts.dropLast().joined(separator: ".")
      if parents != section {
        lines.append(contentsOf: heading(parents: Array(parts.dropLast()), after: section))
        section = parents
      }
      let indent = String(repeating: "  ", count: parts.count - 1)
      lines.append("\(indent)# \(entry.meaning)")
      lines.append("\(indent)# Must be \(entry.allowed). \(entry.environmentVariable)")
      let key = parts[parts.count - 1]
      lines.append(entry.defaultText.map { "\(indent)\(key): \(quoted($0))" } ?? "\(indent)#\(key):")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The lines that open a section: one for each level that the section before it did not have.
  private static func heading(parents: [String], after section: String) -> [String] {
    let open = section.split(separator: ".").map(String.init)
    var lines: [String] = []
    for (depth, name) in parents.enumerated() where depth >= open.count || open[depth] != name {
      if depth == 0 { lines.append("") }
      lines.append(String(repeating: "  ", count: depth) + name + ":")
    }
    return lines
  }

  /// YAML would take a colon at the end, or a leading special character, for grammar.
  private static func quoted(_ text: String) -> String {
    text.hasSuffix(":") || text.contains(": ") || text.isEmpty ? "\"\(text)\"" : text
  }
}
