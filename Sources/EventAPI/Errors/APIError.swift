import Fanfare
import Hummingbird

/// What a client is told when a request did not work out (contract §5): a sentence, a code for programs, and data to go with it.
struct APIError: Error, Sendable {
  let code: ErrorCode
  let message: String
  var data: JSONValue?
  var headers = HTTPFields()

  var status: HTTPResponse.Status { code.status }

  func response() -> Response { .json(body, status: status, headers: headers) }

  /// The JSON object that a client gets.
  var body: [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("error", message)
    json.member("code", code.rawValue)
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
    APIError(code: .routeNotFound, message: "route not found", data: ["target": .string(target)])
  }

  static func unhandledMethod(_ method: String, allowed: [String]) -> APIError {
    APIError(
      code: .unhandledMethod, message: "this route does not answer \(method)",
      data: ["method": .string(method), "allowed": .strings(allowed)], headers: [.allow: allowed.joined(separator: ", ")])
  }

  static let authenticationRequired = APIError(
    code: .authenticationRequired,
    message: "this route needs a credential: Authorization: Bearer, or X-Escape-Token as header or cookie",
    headers: [.wwwAuthenticate: "Bearer"])

  static let unknownKey = APIError(code: .unknownAPIKey, message: "the credential is not one that is known here")

  static func refusedKey(_ reason: String) -> APIError {
    APIError(code: .unknownAPIKey, message: "the credential \(reason)")
  }

  static func permissionDenied(_ message: String) -> APIError {
    APIError(code: .permissionDenied, message: message)
  }

  /// - Parameter allowed: the parameters that the route knows.
  static func invalidQuery(_ problems: [QueryReader.Problem], allowed: [String]) -> APIError {
    let sentences = problems.map { "the query parameter \($0.parameter) \($0.message)" }
    return APIError(
      code: .invalidQueryParameter, message: sentences.joined(separator: "; "),
      data: [
        "parameters": .array(
          problems.map { ["parameter": .string($0.parameter), "value": .string($0.value), "message": .string($0.message)] }),
        "allowed": .strings(allowed),
      ])
  }

  static func invalidVariable(_ name: String, _ message: String) -> APIError {
    APIError(
      code: .invalidRouteVariable, message: "the path's {\(name)} \(message)", data: ["variable": .string(name)])
  }

  static func invalidBody(_ errors: ValidationErrors) -> APIError {
    let sentence = errors.errors.count == 1 ? errors.errors[0].message : "\(errors.errors.count) things are wrong with the request's body"
    return APIError(code: .invalidRequestBody, message: sentence, data: errors.data)
  }

  static func payloadTooLarge(limit: Int) -> APIError {
    APIError(
      code: .payloadTooLarge, message: "the request's body is longer than \(limit) bytes",
      data: ["limit": .integer(limit)])
  }

  static func unsupportedMediaType(_ type: String, accepted: [String]) -> APIError {
    APIError(
      code: .unsupportedMediaType,
      message: "the content type is \(type), and has to be \(accepted.joined(separator: ", or ")), in UTF-8",
      data: ["accepted": .strings(accepted)], headers: [.accept: accepted.joined(separator: ", ")])
  }

  static func unsupportedCoding(_ coding: String, accepted: [String]) -> APIError {
    APIError(
      code: .unsupportedMediaType,
      message: "the content encoding is \(coding), and has to be \(accepted.joined(separator: ", or "))",
      data: ["accepted": .strings(accepted)], headers: [.acceptEncoding: accepted.joined(separator: ", ")])
  }

  static func overloaded(retryAfter seconds: Int) -> APIError {
    APIError(
      code: .overloaded, message: "too much waits to be stored already; try again in a moment",
      headers: [.retryAfter: String(seconds)])
  }

  /// Says what is wrong without naming files: who asks has no business with them.
  static func shortage(_ shortage: StoreShortage) -> APIError {
    switch shortage {
    case .overloaded: overloaded(retryAfter: 1)
    case .diskFull: storageUnavailable("disk_full", "the disk is full, and nothing is stored until there is room")
    case .diskFailing: storageUnavailable("disk_failing", "the disk cannot be read or written at the moment")
    }
  }

  private static func storageUnavailable(_ reason: String, _ message: String) -> APIError {
    // The longest that the ingestor waits before it tries again.
    APIError(code: .storageUnavailable, message: message, data: ["reason": .string(reason)], headers: [.retryAfter: "5"])
  }

  static func unknown(_ thing: String, code: ErrorCode, id: String) -> APIError {
    APIError(code: code, message: "there is no such \(thing)", data: ["id": .string(id)])
  }

  static func unknownEvent(_ id: String) -> APIError { unknown("event", code: .unknownEvent, id: id) }
  static func unknownDelivery(_ id: String) -> APIError { unknown("delivery", code: .unknownDelivery, id: id) }
  static func unknownSubscription(_ id: String) -> APIError { unknown("subscription", code: .unknownSubscription, id: id) }

  static func conflictingEvent(_ id: String) -> APIError {
    APIError(
      code: .conflictingEvent, message: "the id is taken by an event that says something else",
      data: ["id": .string(id)])
  }

  static func preconditionFailed(_ message: String, tag: String) -> APIError {
    APIError(code: .preconditionFailed, message: message, headers: [.eTag: tag])
  }

  static let unexpected = APIError(
    code: .internalError, message: "something went wrong here; the log has more under this request's id")
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
