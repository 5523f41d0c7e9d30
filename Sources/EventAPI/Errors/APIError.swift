import Fanfare
import Hummingbird

/// What a client is told when a request did not work out (contract §5): a sentence, a code for programs, and data to go with it.
struct APIError: Error, Sendable {
  let status: HTTPResponse.Status
  let code: String
  let message: String
  var data: JSONValue?
  var headers = HTTPFields()

  func response() -> Response { .json(body, status: status, headers: headers) }

  /// The JSON object that a client gets.
  var body: [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("error", message)
    json.member("code", code)
    if let data {
      json.key("data")
      json.value(data)
    }
    json.endObject()
    return json.bytes
  }
}

extension APIError {
  static func routeNotFound(target: String) -> APIError {
    APIError(status: .notFound, code: "route_not_found", message: "route not found", data: ["target": .string(target)])
  }

  static func unhandledMethod(_ method: String, allowed: [String]) -> APIError {
    APIError(
      status: .methodNotAllowed, code: "unhandled_method", message: "this route does not answer \(method)",
      data: ["method": .string(method), "allowed": .strings(allowed)], headers: [.allow: allowed.joined(separator: ", ")])
  }

  static let authenticationRequired = APIError(
    status: .unauthorized, code: "authentication_required",
    message: "this route needs a credential: Authorization: Bearer, or X-Escape-Token as header or cookie",
    headers: [.wwwAuthenticate: "Bearer"])

  static let unknownKey = APIError(status: .forbidden, code: "unknown_api_key", message: "the credential is not one that is known here")

  static func refusedKey(_ reason: String) -> APIError {
    APIError(status: .forbidden, code: "unknown_api_key", message: "the credential \(reason)")
  }

  static func permissionDenied(_ message: String) -> APIError {
    APIError(status: .forbidden, code: "permission_denied", message: message)
  }

  /// - Parameter allowed: the parameters that the route knows.
  static func invalidQuery(_ problems: [QueryReader.Problem], allowed: [String]) -> APIError {
    let sentences = problems.map { "the query parameter \($0.parameter) \($0.message)" }
    return APIError(
      status: .badRequest, code: "invalid_query_parameter", message: sentences.joined(separator: "; "),
      data: [
        "parameters": .array(
          problems.map { ["parameter": .string($0.parameter), "value": .string($0.value), "message": .string($0.message)] }),
        "allowed": .strings(allowed),
      ])
  }

  static func invalidVariable(_ name: String, _ message: String) -> APIError {
    APIError(
      status: .badRequest, code: "invalid_route_variable", message: "the path's {\(name)} \(message)", data: ["variable": .string(name)])
  }

  static func invalidBody(_ errors: ValidationErrors) -> APIError {
    let sentence = errors.errors.count == 1 ? errors.errors[0].message : "\(errors.errors.count) things are wrong with the request's body"
    return APIError(status: .badRequest, code: "invalid_request_body", message: sentence, data: errors.data)
  }

  static func payloadTooLarge(limit: Int) -> APIError {
    APIError(
      status: .contentTooLarge, code: "payload_too_large", message: "the request's body is longer than \(limit) bytes",
      data: ["limit": .integer(limit)])
  }

  static func unsupportedMediaType(_ type: String, accepted: [String]) -> APIError {
    APIError(
      status: .unsupportedMediaType, code: "unsupported_media_type",
      message: "the content type is \(type), and has to be \(accepted.joined(separator: ", or ")), in UTF-8",
      data: ["accepted": .strings(accepted)], headers: [.accept: accepted.joined(separator: ", ")])
  }

  static func overloaded(retryAfter seconds: Int) -> APIError {
    APIError(
      status: .serviceUnavailable, code: "overloaded", message: "too much waits to be stored already; try again in a moment",
      headers: [.retryAfter: String(seconds)])
  }

  static func unknown(_ thing: String, code: String, id: String) -> APIError {
    APIError(status: .notFound, code: code, message: "there is no such \(thing)", data: ["id": .string(id)])
  }

  static func unknownEvent(_ id: String) -> APIError { unknown("event", code: "unknown_event", id: id) }
  static func unknownDelivery(_ id: String) -> APIError { unknown("delivery", code: "unknown_delivery", id: id) }
  static func unknownSubscription(_ id: String) -> APIError { unknown("subscription", code: "unknown_subscription", id: id) }

  static func conflictingEvent(_ id: String) -> APIError {
    APIError(
      status: .conflict, code: "conflicting_event", message: "the id is taken by an event that says something else",
      data: ["id": .string(id)])
  }

  static func preconditionFailed(_ message: String, tag: String) -> APIError {
    APIError(status: .preconditionFailed, code: "precondition_failed", message: message, headers: [.eTag: tag])
  }

  static let unexpected = APIError(
    status: .internalServerError, code: "internal_error", message: "something went wrong here; the log has more under this request's id")
}

extension ValidationErrors {
  /// `{"validation_errors": [{"pointer", "code", "message"}]}`
  var data: JSONValue {
    [
      "validation_errors": .array(
        errors.map { ["pointer": .string($0.pointer), "code": .string($0.code), "message": .string($0.message)] })
    ]
  }
}
