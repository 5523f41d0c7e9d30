/// What `Accept-Encoding` allows (RFC 9110, 12.5.3), of the two codings that there are here.
struct AcceptedCodings: Hashable {
  /// Whether gzip may be used and is not liked less than nothing at all.
  let wantsGzip: Bool
  /// Whether the body may be sent as it is.
  let takesIdentity: Bool

  /// - Parameter header: nil if the client does not say; then it gets bodies as they are.
  init(_ header: String?) {
    var weights: [String: Double] = [:]
    for element in (header ?? "").split(separator: ",") {
      let parts = element.split(separator: ";").map { $0.trimmed.lowercased() }
      guard let coding = parts.first, !coding.isEmpty else { continue }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      weights[coding == "x-gzip" ? "gzip" : coding] = weight
    }
    let gzip = weights["gzip"] ?? weights["*"] ?? 0
    // Not named, it is as good as any other.
    let identity = weights["identity"] ?? (weights["*"] == 0 ? 0 : nil)
    wantsGzip = gzip > 0 && gzip >= (identity ?? 0)
    takesIdentity = identity != 0
  }
}
