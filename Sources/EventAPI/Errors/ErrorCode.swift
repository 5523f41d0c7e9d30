import Hummingbird

/// What programs tell errors apart by (contract §5), each with the status that it is answered with.
enum ErrorCode: String, CaseIterable, Sendable {
  case routeNotFound = "route_not_found"
  case unhandledMethod = "unhandled_method"
  case authenticationRequired = "authentication_required"
  /// A credential that is not known, or is good no more.
  case unknownAPIKey = "unknown_api_key"
  case permissionDenied = "permission_denied"
  case invalidQueryParameter = "invalid_query_parameter"
  case invalidRequestBody = "invalid_request_body"
  case invalidRouteVariable = "invalid_route_variable"
  case unknownEvent = "unknown_event"
  case unknownSubscription = "unknown_subscription"
  case unknownDelivery = "unknown_delivery"
  case unknownQuarantineEntry = "unknown_quarantine_entry"
  case unknownReplay = "unknown_replay"
  case replayEnded = "replay_ended"
  case tooManyReplays = "too_many_replays"
  case unknownAccount = "unknown_account"
  case unknownKey = "unknown_key"
  case conflictingEvent = "conflicting_event"
  case stillQuarantined = "still_quarantined"
  case accountNameTaken = "account_name_taken"
  case lastAdmin = "last_admin"
  case tooManyKeys = "too_many_keys"
  case preconditionFailed = "precondition_failed"
  case payloadTooLarge = "payload_too_large"
  case unsupportedMediaType = "unsupported_media_type"
  case malformedRequest = "malformed_request"
  case requestTimeout = "request_timeout"
  case uriTooLong = "uri_too_long"
  case headersTooLarge = "headers_too_large"
  case tooManyRequests = "too_many_requests"
  case overloaded
  /// The store's disk is full or fails; `data.reason` says which.
  case storageUnavailable = "storage_unavailable"
  case internalError = "internal_error"

  var status: HTTPResponse.Status {
    switch self {
    case .invalidQueryParameter, .invalidRequestBody, .invalidRouteVariable, .malformedRequest: .badRequest
    case .authenticationRequired: .unauthorized
    case .unknownAPIKey, .permissionDenied: .forbidden
    case .routeNotFound, .unknownEvent, .unknownSubscription, .unknownDelivery, .unknownQuarantineEntry, .unknownReplay,
      .unknownAccount, .unknownKey:
      .notFound
    case .unhandledMethod: .methodNotAllowed
    case .conflictingEvent, .stillQuarantined, .replayEnded, .tooManyReplays, .accountNameTaken, .lastAdmin, .tooManyKeys: .conflict
    case .requestTimeout: .requestTimeout
    case .preconditionFailed: .preconditionFailed
    case .payloadTooLarge: .contentTooLarge
    case .uriTooLong: .uriTooLong
    case .unsupportedMediaType: .unsupportedMediaType
    case .headersTooLarge: .requestHeaderFieldsTooLarge
    case .tooManyRequests: .tooManyRequests
    case .overloaded, .storageUnavailable: .serviceUnavailable
    case .internalError: .internalServerError
    }
  }
}
