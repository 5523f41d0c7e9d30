extension Subscription.Kind {
  /// Without user, password and query; of a Slack URL without its path, too, which is its secret.
  public func publicURL(_ url: String) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return "" }
    let authority = parts[2].prefix { $0 != "?" && $0 != "#" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let origin = "\(parts[0])//\(host)"
    // A question mark straight after the host ends the path, too.
    guard parts.count == 4, authority.count == parts[2].count else { return origin }
    switch self {
    case .webhook: return origin + "/" + parts[3].prefix { $0 != "?" && $0 != "#" }
    case .slack: return origin + "/…"
    }
  }
}
