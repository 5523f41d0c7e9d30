/// A condition on a value inside an event. A missing or null value makes it false, for negative predicates too.
public struct Filter: Hashable, Sendable {
  public init() {}
}
