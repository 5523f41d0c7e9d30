import Fanfare
import Hummingbird

extension APIError {
  static func account(_ error: AccountError) -> APIError {
    switch error {
    case .unknownAccount(let id): unknown("account", code: "unknown_account", id: id)
    case .unknownKey(let id):
      APIError(status: .notFound, code: "unknown_key", message: error.description, data: ["id": .string(id)])
    case .nameTaken(let name):
      APIError(status: .conflict, code: "account_name_taken", message: error.description, data: ["name": .string(name)])
    case .lastAdmin: APIError(status: .conflict, code: "last_admin", message: error.description)
    case .tooManyKeys:
      APIError(
        status: .conflict, code: "too_many_keys", message: error.description, data: ["limit": .integer(APIKey.maximumPerAccount)])
    }
  }
}
