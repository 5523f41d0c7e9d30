import Fanfare
import Hummingbird
import NIOHTTP1

/// Why a connection, or a request on it, is turned away before a route has seen it whole. The raw value is a metric's label.
enum Refusal: String, Error, CaseIterable {
  case tooManyConnections = "too_many_connections"
  /// Opened, and then nothing.
  case silent
  case slowHead = "slow_head"
  case slowBody = "slow_body"
  /// A client that does not read its answer.
  case slowReader = "slow_reader"
  case malformed = "malformed_request"
  case headTooLarge = "headers_too_large"
  case targetTooLong = "uri_too_long"
  case bodyTooLarge = "payload_too_large"
  case handshake = "tls_handshake"
  case noDescriptors = "no_file_descriptors"

  /// What the client is told. Those whom nobody can tell anything get the same as for a request that cannot be read.
  var error: APIError {
    switch self {
    case .tooManyConnections: .tooManyConnections
    case .slowHead: .requestTimeout("the request's head took too long")
    case .slowBody: .requestTimeout("the request's body took too long")
    case .headTooLarge: .headersTooLarge
    case .targetTooLong: .targetTooLong
    case .malformed, .silent, .slowReader, .bodyTooLarge, .handshake, .noDescriptors: .malformedRequest("the request is not HTTP/1.1")
    }
  }
}

extension APIError {
  static func malformedRequest(_ message: String) -> APIError {
    APIError(code: .malformedRequest, message: message)
  }

  static func requestTimeout(_ message: String) -> APIError {
    APIError(code: .requestTimeout, message: message)
  }

  static let headersTooLarge = APIError(
    code: .headersTooLarge,
    message:
      "the request's head is longer than \(ListenerLimits.maximumHeadBytes) bytes or has more than \(ListenerLimits.maximumHeaderFields) headers",
    data: ["bytes": .integer(ListenerLimits.maximumHeadBytes), "headers": .integer(ListenerLimits.maximumHeaderFields)])

  static let targetTooLong = APIError(
    code: .uriTooLong, message: "the request's target is longer than \(ListenerLimits.maximumHeadBytes) bytes",
    data: ["bytes": .integer(ListenerLimits.maximumHeadBytes)])

  static let tooManyConnections = APIError(
    code: .overloaded, message: "too many connections are open already; try again in a moment",
    headers: [.retryAfter: "1"])

  /// What the parser did not like.
  init(_ error: HTTPParserError) {
    self =
      switch error {
      case .headerOverflow: .headersTooLarge
      case .invalidEOFState: .malformedRequest("the request ends before it is complete")
      case .invalidVersion: .malformedRequest("the request's version is not HTTP/1.1 or HTTP/1.0")
      case .invalidMethod: .malformedRequest("the request's method is not one of HTTP")
      case .invalidContentLength, .unexpectedContentLength: .malformedRequest("the request's Content-Length is not right")
      case .invalidChunkSize: .malformedRequest("a chunk of the request's body is not right")
      case .invalidHeaderToken: .malformedRequest("a header's name or value holds what may not be there")
      default: .malformedRequest("the request is not HTTP/1.1")
      }
  }
}
