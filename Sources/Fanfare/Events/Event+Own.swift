extension Event {
  /// Whether it is one of the service's own that tells of this subscription.
  public func tells(of subscription: Subscription) -> Bool {
    guard type.isOwn, let data, let told = try? JSONValue(parsing: data) else { return false }
    return told["subscription"] == .string(subscription.id) && told["scope"] == .string(subscription.scope.side.rawValue)
      && subscription.scope.contains(self)
  }
}
