import Fanfare
import Hummingbird

extension APIError {
  static func account(_ error: AccountError) -> APIError {
    switch error {
    case .unknownAccount(let id): unknown("account", code: .unknownAccount, id: id)
    case .unknownKey(let id):
      APIError(code: .unknownKey, message: error.description, data: ["id": .string(id)])
    case .nameTaken(let name):
      APIError(code: .accountNameTaken, message: error.description, data: ["name": .string(name)])
    case .lastAdmin: APIError(code: .lastAdmin, message: error.description)
    case .tooManyKeys:
      APIError(
        code: .tooManyKeys, message: error.description, data: ["limit": .integer(APIKey.maximumPerAccount)])
    }
  }
}
