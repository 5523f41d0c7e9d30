import EventAPI
import Fanfare
import Synchronization

/// Somebody who asks, with all that decides what he gets.
struct Person: Sendable, CustomStringConvertible {
  /// Nil for somebody who shows no credential.
  let token: String?
  let username: String?
  let groups: Set<String>
  let roles: Set<String>
  let isAdmin: Bool

  init(_ token: String?, username: String? = nil, groups: Set<String> = [], roles: Set<String> = [], isAdmin: Bool = false) {
    self.token = token
    self.username = username
    self.groups = groups
    self.roles = roles
    self.isAdmin = isAdmin
  }

  static let admin = Person("admin", username: "root", isAdmin: true)
  static let anonymous = Person(nil)

  func mayRead(_ project: String) -> Bool { isAdmin || !roles.isDisjoint(with: roles(["read", "write", "owner"], of: project)) }
  func mayWrite(_ project: String) -> Bool { isAdmin || !roles.isDisjoint(with: roles(["write", "owner"], of: project)) }

  /// What he is told where he may not.
  var refusal: (status: Int, code: String) { token == nil ? (401, "authentication_required") : (403, "permission_denied") }

  private func roles(_ grants: [String], of project: String) -> [String] { grants.map { "project:\(project):global:\($0)" } }

  var description: String {
    "\(token ?? "nobody") \(username ?? "-") groups \(groups.sorted()) roles \(roles.sorted())\(isAdmin ? ", admin" : "")"
  }
}

/// Knows the people of a test by their tokens.
final class CallerBook: Authenticator {
  private let people = Mutex<[String: Person]>([:])

  func add(_ person: Person) {
    guard let token = person.token else { return }
    people.withLock { $0[token] = person }
  }

  func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
    guard let credential else { throw .missing }
    guard let person = people.withLock({ $0[credential] }) else { throw .unknown }
    return Caller(
      name: credential, username: person.username, groups: person.groups, roles: person.roles, isAdmin: person.isAdmin)
  }
}
