public import Fanfare

/// What this service would never send to, told when a subscription is made instead of when its first delivery dies.
public struct EndpointRules: Sendable {
  private let addressGuard: AddressGuard
  private let requiresHTTPS: Bool

  public init(allowNetworks: [CIDR], requiresHTTPS: Bool) {
    addressGuard = AddressGuard(allowing: allowNetworks)
    self.requiresHTTPS = requiresHTTPS
  }

  /// Why deliveries to a URL would be refused, as a sentence; nil if they would not be, or if only DNS can tell.
  @Sendable public func fault(ofURL url: String) -> String? {
    if requiresHTTPS, !url.lowercased().hasPrefix("https://") { return "this service delivers to https:// URLs only" }
    guard let (address, kind) = addressGuard.refusal(ofHostIn: url) else { return nil }
    return "this service does not deliver to \(address): it is \(kind), and delivery.allowNetworks does not allow it"
  }
}
