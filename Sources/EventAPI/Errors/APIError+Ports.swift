import Fanfare
import NIOHTTP1

extension APIError {
  /// What an error of the domain is to a client. Nil for one that is no business of his.
  init?(_ error: any Error) {
    switch error {
    case let error as APIError: self = error
    case let error as ValidationErrors: self = .invalidBody(error)
    case let error as EventConflict: self = .conflictingEvent(error.id)
    case let error as DocumentTooLarge: self = .payloadTooLarge(limit: error.limit)
    case let error as any StoreFailure:
      guard let shortage = error.shortage else { return nil }
      self = .shortage(shortage)
    case let error as UnknownEvent: self = .unknownEvent(error.id)
    case let error as UnknownDelivery: self = .unknownDelivery(error.id.description)
    case let error as AccountError: self = .account(error)
    case let error as ReplayError: self = .replay(error)
    case let error as SubscriptionSetChanged:
      self = .preconditionFailed(
        "somebody else has replaced the subscriptions meanwhile", tag: EntityTag(version: error.version).description)
    case let error as HTTPParserError: self = APIError(error)
    case let error as Refusal: self = error.error
    default: return nil
    }
  }
}
