import Fanfare
import Hummingbird
import Logging

/// One request on its way through a handler.
struct Call: Sendable {
  let request: Request
  let target: RequestTarget
  /// Names from the path, percent-decoded, never empty.
  let variables: [String: String]
  let caller: Caller
  let requestID: String
  let logger: Logger
  let maxBodyBytes: Int
  /// Tells a client that waits for it (`Expect: 100-continue`) that its body is wanted.
  let inviteBody: @Sendable () -> Void
  /// Finds out once more who holds the request's credential, for answers that outlive it.
  let authenticateAgain: @Sendable () async throws(AuthenticationFailure) -> Caller

  /// A variable of the route's own pattern.
  subscript(variable: String) -> String {
    guard let value = variables[variable] else { preconditionFailure("the route has no variable named \(variable)") }
    return value
  }

  var query: QueryReader { QueryReader(target.query) }

  /// Lets admins pass.
  func requireAdmin() throws(APIError) {
    if !caller.isAdmin { throw .permissionDenied("this needs an admin's credential") }
  }

  /// Lets those pass who may do this with the project: admins, and who has a role that grants it.
  func require(_ permission: ProjectPermission, project: String) throws(APIError) {
    if caller.may(permission, project: project) { return }
    let roles = permission.grants.map { "project:\(project):global:\($0)" }
    throw .permissionDenied("this needs an admin's credential, or the role \(roles.joined(separator: " or "))")
  }

  /// The whole body.
  ///
  /// - Throws: 413 as soon as it is known to be longer than ``maxBodyBytes``.
  func body() async throws -> [UInt8] {
    if let text = request.headers[.contentLength], let length = Int(text), length > maxBodyBytes {
      throw APIError.payloadTooLarge(limit: maxBodyBytes)
    }
    inviteBody()
    var bytes: [UInt8] = []
    for try await buffer in request.body {
      if bytes.count + buffer.readableBytes > maxBodyBytes { throw APIError.payloadTooLarge(limit: maxBodyBytes) }
      bytes.append(contentsOf: buffer.readableBytesView)
    }
    return bytes
  }

  /// The whole body as a document of one of `accepted`; no content type at all is taken for JSON.
  ///
  /// - Throws: 415 for another content type or coding.
  ///
  /// - Parameter codings: the content codings that the handler undoes.
  func document(accepting accepted: [String] = ["application/json"], codings: [String] = []) async throws -> [UInt8] {
    if let coding = request.headers[.contentEncoding]?.trimmed.lowercased(), !["", "identity"].contains(coding), !codings.contains(coding) {
      throw APIError.unsupportedCoding(coding, accepted: codings + ["identity"])
    }
    if let text = request.headers[.contentType] {
      let type = ContentType(text)
      guard accepted.contains(type.essence), type.isUTF8 else { throw APIError.unsupportedMediaType(text, accepted: accepted) }
    }
    return try await body()
  }
}
