extension EventPath {
  /// What the event is about, for subscriptions that are delivered in order: the deployment, else the version of an application, else the
  /// deepest place that it names. Different entities have different texts.
  public var entity: String {
    let parts: [String?]
    if let state, state.deployment != nil || inventory?.version == nil {
      parts = ["state", state.project, state.environment, state.deployment]
    } else if let inventory {
      parts = [
        "inventory", inventory.project, inventory.application, inventory.version.map { InventoryPlace.comparable(version: $0) },
      ]
    } else {
      parts = []
    }
    // No name holds a NUL.
    return parts.compactMap { $0 }.joined(separator: "\0")
  }
}
