import CCurl
import Fanfare

extension TransportFailure {
  /// Sorts libcurl's codes. `detail` is its own sentence for it, which names hosts and ports but no path and no query.
  init(_ code: CURLcode, at stage: ConnectionStage, detail: String) {
    // libcurl takes a header line beyond its bound for a lack of memory.
    let isHeaderTooLong = code == CURLE_OUT_OF_MEMORY && stage == .connected
    self.init(
      kind: Self.kind(of: code, at: stage),
      detail: isHeaderTooLong ? "the response has a header line that is longer than 100 KiB" : detail)
  }

  private static func kind(of code: CURLcode, at stage: ConnectionStage) -> Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .notConnected
    case CURLE_OPERATION_TIMEDOUT:
      switch stage {
      case .resolving: .nameNotResolved
      case .connecting: .connectTimedOut
      case .connected: .timedOut
      }
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
      CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_USE_SSL_FAILED:
      .tls
    case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_NOT_BUILT_IN: .badRequest
    // Everything else happens on a connection that stood: reset, closed early, not HTTP, HTTP/2 stream errors.
    default: .broken
    }
  }

  static func refused(_ address: IPAddress, kind: String) -> TransportFailure {
    TransportFailure(
      kind: .addressRefused,
      detail: "\(address) is \(kind) and is not connected to; add \(address)/\(address.family.width) to delivery.allowNetworks to allow it")
  }

  static let proxyAsksForCredentials = TransportFailure(
    kind: .notConnected, detail: "the proxy asks for credentials; delivery.proxy has none that it takes")

  static let stopped = TransportFailure(kind: .stopped, detail: "the service stopped before an answer came")
}

/// How far a transfer had come when it ended.
enum ConnectionStage {
  case resolving
  /// There is an address; TLS is a part of this, too.
  case connecting
  case connected
}
