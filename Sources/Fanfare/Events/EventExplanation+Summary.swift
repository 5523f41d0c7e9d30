extension EventExplanation {
  /// Who was told, in one sentence without its full stop, and why nobody could be where that is so.
  public var summary: String {
    if subscriptions.isEmpty { return nobody }
    let matched = subscriptions.count { $0.verdict == .matched }
    let all = subscriptions.count == 1 ? "1 subscription" : "\(subscriptions.count) subscriptions"
    return "it matched \(matched == 0 ? "none" : String(matched)) of \(all)"
  }

  private var nobody: String {
    let path = (try? Event(compact: event))?.path
    let projects = [path?.inventory?.project, path?.state?.project].compactMap(\.self)
    guard let first = projects.first else { return "it is of no project, so no subscription is about it" }
    if projects.contains(where: { $0 != first }) { return "its projects \(projects.joined(separator: " and ")) have no subscriptions" }
    return "its project \(first) has no subscriptions"
  }
}
