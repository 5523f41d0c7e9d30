import Fanfare
import HTTPTypes
import Testing

@testable import EventAPI

/// Every route with every kind of credential, as ``AccessTable`` has it, with real keys and tokens.
@Suite struct AccessTableTests {
  /// The columns that hold in a service with this one of the two for who shows no credential.
  private static func columns(with nobody: TableCaller) -> [TableCaller] {
    TableCaller.allCases.filter { ![.deny, .open].contains($0) || $0 == nobody }
  }

  @Test(arguments: [TableCaller.deny, .open])
  func `what is read gives every caller what the table says`(nobody: TableCaller) async throws {
    let table = try AccessTable()
    try await TableCredentials.run(nobody) { world, credentials in
      // Reading bends nothing: all of it is about the same things.
      let subjects = try await Subjects(0, in: world.store)
      for caller in Self.columns(with: nobody) {
        let subjects = try await subjects.owned(by: credentials.accounts[caller], 0, in: world.store)
        for row in table.rows where row.isReading {
          let target = subjects.fill(row.target)
          for target in Set([target, target.withOtherEnd]) {
            try await world.check(row, at: target, as: caller, credentials, subjects)
          }
        }
      }
    }
  }

  @Test(arguments: [TableCaller.deny, .open])
  func `what changes something gives every caller what the table says`(nobody: TableCaller) async throws {
    let table = try AccessTable()
    try await TableCredentials.run(nobody) { world, credentials in
      var number = 0
      for row in table.rows where !row.isReading {
        for caller in Self.columns(with: nobody) {
          // Of things that nobody has touched yet. Writer and admin come with different ends of the path.
          number += 1
          let subjects = try await Subjects(number, for: row, in: world.store)
            .owned(by: credentials.accounts[caller], number, for: row, in: world.store)
          let target = subjects.fill(row.target)
          let isOther = number.isMultiple(of: 2)
          try await world.check(row, at: isOther ? target.withOtherEnd : target, as: caller, credentials, subjects)
        }
      }
    }
  }

  @Test func `the table has every route of the server`() async throws {
    let table = try AccessTable()
    try await TableCredentials.run { world, _ in
      let routes = RouteTable(world.routes)
      var missed = Set(world.routes.map { "\($0.method) \($0.pattern)" })
      for row in table.rows {
        let method = try #require(HTTPRequest.Method(row.method))
        if case .found(let route, _) = routes.match(method, RequestTarget(row.target)) {
          missed.remove("\(route.method) \(route.pattern)")
        } else {
          // What the server does not answer is no way in for anybody.
          #expect(row.cells.values.allSatisfy { ["route_not_found", "unhandled_method"].contains($0.code) }, "\(row)")
        }
      }
      #expect(missed.sorted() == [])
    }
  }

  @Test func `the bad tokens of the table are bad for the one reason that they stand for`() async throws {
    try await TableCredentials.run { world, credentials in
      let target = "/api/v1/events/quarantine"
      #expect(try await world.get(target, as: Person(TableCredentials.token())).status == 200)
      #expect(try await world.get(target, as: Person(TableCredentials.token(expiresIn: .seconds(-59)))).status == 200)
      let old = try await world.get(target, as: Person(credentials.tokens[.old]))
      #expect(old.text.contains("the credential has expired"))
      let unsigned = try await world.get(target, as: Person(credentials.tokens[TableCaller.none]))
      #expect(unsigned.text.contains("the credential is not one that is known here"))
    }
  }
}

extension World {
  fileprivate func check(
    _ row: AccessTable.Row, at target: String, as caller: TableCaller, _ credentials: TableCredentials, _ subjects: Subjects
  ) async throws {
    let expected = try #require(row.cells[caller])
    let answer = try await send(row.method, target, row.body.map(subjects.fill), as: Person(credentials.tokens[caller]))
    let found = AccessTable.Cell(answer, like: expected)
    #expect(found == expected, "\(row) as \(caller.rawValue): \(answer.text)")
    #expect(answer["X-Request-Id"].flatMap { KSUID($0) } != nil)
    #expect(answer["X-Content-Type-Options"] == "nosniff")
    #expect((answer["WWW-Authenticate"] == "Bearer") == (expected.status == 401))
    if expected.code != nil {
      #expect(answer["Content-Type"] == "application/json")
      #expect(try answer.json["error"]?.stringValue?.isEmpty == false)
    }
  }
}

extension String {
  /// The same target with a slash at the end of its path if it has none, and without one if it has.
  fileprivate var withOtherEnd: String {
    let path = prefix { $0 != "?" }
    if path == "/" { return self }
    return (path.hasSuffix("/") ? String(path.dropLast()) : path + "/") + dropFirst(path.count)
  }
}
