internal import Fanfare

extension AddressGuard {
  /// What can be said of a URL's host before DNS is asked: an address that is refused, however it is spelled, and `localhost`.
  ///
  /// - Returns: the address and its kind; nil for an address that is allowed, and for every other name, which is judged by what it
  ///   resolves to when it is connected to.
  func refusal(ofHostIn url: String) -> (address: IPAddress, kind: String)? {
    let host = Self.host(of: url)
    if let address = IPAddress(urlHost: host) {
      if case .refused(let kind) = verdict(for: address) { return (address, kind) }
      return nil
    }
    guard host == "localhost" || host.hasSuffix(".localhost") else { return nil }
    // It has two addresses, and one that is allowed is enough.
    let addresses = [IPAddress(v4: 0x7F00_0001), IPAddress(family: .v6, bits: 1)]
    let refusals = addresses.compactMap { address in
      if case .refused(let kind) = verdict(for: address) { (address, kind) } else { nil }
    }
    return refusals.count == addresses.count ? refusals.first : nil
  }

  /// In lower case, without a dot behind it; brackets are left.
  private static func host(of url: String) -> String {
    let rest = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(2).first ?? ""
    let authority = rest.prefix { $0 != "?" && $0 != "#" }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let host = place.hasPrefix("[") ? place.prefix { $0 != "]" } + "]" : place.prefix { $0 != ":" }
    return (host.hasSuffix(".") ? host.dropLast() : host[...]).lowercased()
  }
}
