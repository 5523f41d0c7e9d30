/// A pattern over event types in which `*` stands for any characters, none included.
public struct Glob: Hashable, Sendable {
  public let pattern: String

  public init(_ pattern: String) { self.pattern = pattern }
}
