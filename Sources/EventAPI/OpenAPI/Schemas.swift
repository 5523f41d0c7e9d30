/// The shapes that bodies have, as JSON Schemas (2020-12) by their names. ``OpenAPIDocument`` adds the codes to `Error`.
enum Schemas {
  /// Each schema's own text by its name, in their order, without the margin that it has in the whole.
  static var texts: [(name: String, text: String)] {
    var found: [(name: String, text: String)] = []
    for line in text.split(separator: "\n").dropFirst().dropLast() {
      if let name = line.firstMatch(of: /^  "([A-Za-z]+)": (.*)$/) {
        found.append((String(name.1), String(name.2)))
      } else {
        found[found.count - 1].text += "\n" + line.dropFirst(2)
      }
    }
    return found.map { ($0.name, $0.text.hasSuffix(",") ? String($0.text.dropLast()) : $0.text) }
  }

  static let text = "{\n" + [events, subscriptions, deliveries, service].joined(separator: ",\n") + "\n}"
}
