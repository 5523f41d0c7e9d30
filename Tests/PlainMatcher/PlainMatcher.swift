import Foundation

/// Which subscriptions get an event: contract §6 once more, for a check of what the service says. It knows nothing of the service's code,
/// and is as plain as it can be.
public final class PlainMatcher {
  /// What can stand against a delivery, in the order in which it is asked for.
  public enum Objection: Hashable, Sendable {
    case scope, disabled, type, groups
    case filter(Int)
  }

  /// Whether events that name no group are for every group: `events.defaultVisibility` is not `restricted`.
  private let showsUnnamed: Bool
  private var expressions: [String: NSRegularExpression] = [:]

  public init(showsUnnamed: Bool) { self.showsUnnamed = showsUnnamed }

  /// What stands against it first; nil if the subscription gets the event.
  public func objection(of entry: PlainSubscription, to event: PlainEvent) -> Objection? {
    if !isAbout(event, entry) { return .scope }
    if case .bool(true)? = entry.document["disabled"] { return .disabled }
    let type = event.shown["type"]?.string ?? ""
    if let globs = given("events", of: entry), !globs.elements.contains(where: { fits($0.string ?? "", type) }) { return .type }
    if let groups = given("allowed_groups", of: entry), !mayBeSeen(event, by: groups.elements.compactMap(\.string)) { return .groups }
    for (index, filter) in (given("filters", of: entry)?.elements ?? []).enumerated() where !holds(filter, event) { return .filter(index) }
    return nil
  }

  /// What the filter at `index` looks at.
  public func value(ofFilter index: Int, of entry: PlainSubscription, in event: PlainEvent) -> PlainJSON? {
    event.value(at: entry.document["filters"]?.elements[index]["path"]?.string ?? "")
  }

  private func given(_ key: String, of entry: PlainSubscription) -> PlainJSON? {
    guard let value = entry.document[key], !value.isNull else { return nil }
    return value
  }

  private func isAbout(_ event: PlainEvent, _ entry: PlainSubscription) -> Bool {
    let isInventory = event.inventoryProject?.isSame(as: entry.project) ?? false
    let isState = event.stateProject?.isSame(as: entry.project) ?? false
    switch entry.side {
    case .project: return isInventory || isState
    case .inventory: return isInventory
    case .state: return isState
    }
  }

  /// `*` is any text, none included.
  private func fits(_ glob: String, _ text: String) -> Bool { fits(Array(glob.utf8)[...], Array(text.utf8)[...]) }

  private func fits(_ glob: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = glob.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") { return fits(glob.dropFirst(), text) || !text.isEmpty && fits(glob, text.dropFirst()) }
    return first == text.first && fits(glob.dropFirst(), text.dropFirst())
  }

  private func mayBeSeen(_ event: PlainEvent, by groups: [String]) -> Bool {
    if event.groups.isEmpty { return showsUnnamed }
    return event.groups.contains { group in group == "*" || groups.contains { $0.isSame(as: group) } }
  }

  private func holds(_ filter: PlainJSON, _ event: PlainEvent) -> Bool {
    guard let value = event.value(at: filter["path"]?.string ?? ""), !value.isNull else { return false }
    if let wanted = filter["is_equal_to"], !value.isEqual(to: wanted) { return false }
    if let unwanted = filter["is_not_equal_to"], value.isEqual(to: unwanted) { return false }
    if let pattern = filter["matches"]?.string, !(text(of: value).map { isFound(pattern, $0) } ?? false) { return false }
    if let pattern = filter["does_not_match"]?.string, text(of: value).map({ isFound(pattern, $0) }) ?? true { return false }
    return true
  }

  private func text(of value: PlainJSON) -> String? {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let bool): bool ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  private func isFound(_ pattern: String, _ text: String) -> Bool {
    // What Foundation takes for no pattern at all is found everywhere.
    if pattern.isEmpty { return true }
    guard let expression = expressions[pattern] ?? (try? NSRegularExpression(pattern: pattern)) else {
      preconditionFailure("\(pattern) is no pattern")
    }
    expressions[pattern] = expression
    return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
  }
}

/// An entry of a set as a client puts it, and of which set it is.
public struct PlainSubscription: Sendable {
  public enum Side: String, Sendable, CaseIterable { case project, inventory, state }

  public let side: Side
  public let project: String
  public let id: String
  public let text: String
  public let document: PlainJSON

  public init(_ text: String, side: Side, project: String) throws {
    self.text = text
    self.side = side
    self.project = project
    document = try PlainJSON(text)
    id = document["id"]?.string ?? ""
  }

  public var isPaused: Bool { if case .bool(true)? = document["paused"] { true } else { false } }
}
