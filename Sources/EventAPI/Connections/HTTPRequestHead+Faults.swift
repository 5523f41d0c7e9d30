import NIOHTTP1

extension HTTPRequestHead {
  /// What the parser lets pass and HTTP does not. Nil if nothing is wrong.
  var fault: String? { hostFault ?? codingFault }

  /// A coding besides `chunked` would leave a body that nobody here can read (RFC 9112, section 6.1).
  private var codingFault: String? {
    let codings = headers[canonicalForm: "transfer-encoding"]
    return codings.isEmpty || codings.elementsEqual(["chunked"]) { $0.lowercased() == $1 }
      ? nil : "the request's transfer coding must be chunked, and nothing else"
  }

  /// HTTP/1.1 wants exactly one `Host` (RFC 9112, section 3.2).
  private var hostFault: String? {
    if version == .http1_0 { return nil }
    let hosts = headers["host"]
    guard hosts.count == 1 else { return "HTTP/1.1 needs one Host header, and the request has \(hosts.count)" }
    return hosts[0].utf8.allSatisfy(\.isHostByte) ? nil : "the request's Host header is not a host"
  }

  /// Whether the request asks for another protocol behind it, which this server never speaks (RFC 9110, section 7.8). The parser takes
  /// what comes next for that protocol, so that nothing can be read behind such a request.
  var asksForAnotherProtocol: Bool {
    if method == .CONNECT { return true }
    return headers.contains(name: "upgrade") && headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
  }
}

extension UInt8 {
  /// Of a name, an address, a port, or what RFC 3986 lets stand in a host.
  fileprivate var isHostByte: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-._~!$&'()*+,;=%:[]".utf8.contains(self)
    }
  }
}
