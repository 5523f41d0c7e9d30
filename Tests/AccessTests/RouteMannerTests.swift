import Fanfare
import HTTPTypes
import Testing

@testable import EventAPI

/// What holds for every route alike, tried on every route: the ones that there are, with requests of the table that work.
@Suite struct RouteMannerTests {
  /// A request that an admin may make.
  private struct Example {
    let route: Route
    let row: AccessTable.Row
    /// About things that nobody else asks about.
    let subjects: Subjects

    var method: String { row.method }
    var target: String { subjects.fill(row.target) }
    var body: String? { row.body.map(subjects.fill) }

    func target(with parameter: String) -> String { target + (target.contains("?") ? "&" : "?") + parameter }
  }

  /// Each row of the table that works for an admin, in a world where it does.
  private static func run(_ body: @escaping @Sendable (World, Person, [Example]) async throws -> Void) async throws {
    let table = try AccessTable()
    try await TableCredentials.run { world, credentials in
      let routes = RouteTable(world.routes)
      var examples: [Example] = []
      for (number, row) in table.rows.enumerated() where row.cells[.admin]?.code == nil {
        let subjects = try await Subjects(number, for: row, in: world.store)
          .owned(by: credentials.accounts[.admin], number, for: row, in: world.store)
        let method = try #require(HTTPRequest.Method(row.method))
        guard case .found(let route, _) = routes.match(method, RequestTarget(row.target)) else { continue }
        examples.append(Example(route: route, row: row, subjects: subjects))
      }
      #expect(Set(examples.map { "\($0.method) \($0.route.pattern)" }).count == world.routes.count)
      try await body(world, Person(credentials.tokens[.admin]), examples)
    }
  }

  @Test func `HEAD has the status and the headers of GET everywhere, and no body`() async throws {
    try await Self.run { world, admin, examples in
      for example in examples where example.method == "GET" {
        let get = try await world.send("GET", example.target, coding: "identity", as: admin)
        let head = try await world.send("HEAD", example.target, coding: "identity", as: admin)
        #expect(head.status == get.status)
        #expect(head.body.isEmpty)
        // The figures of one moment are not as long as those of the next, and a body without a length has none to announce.
        let isOfOneMoment = example.route.pattern == "/metrics"
        let passing = ["date", "x-request-id", "transfer-encoding"] + (isOfOneMoment ? ["content-length"] : [])
        func lasting(_ answer: Answer) -> [String] {
          answer.headers.map { "\($0.name.lowercased()): \($0.value)" }.filter { header in
            !passing.contains { header.hasPrefix($0 + ":") }
          }.sorted()
        }
        #expect(lasting(head) == lasting(get), "\(example.target)")
      }
    }
  }

  @Test func `a path answers the methods that it has, and names them to who comes with another`() async throws {
    try await Self.run { world, _, examples in
      for (pattern, examples) in Dictionary(grouping: examples, by: \.route.pattern) {
        var allowed = Set(world.routes.filter { $0.pattern == pattern }.map(\.method.rawValue))
        if allowed.contains("GET") { allowed.insert("HEAD") }
        let target = try #require(examples.first).target
        for method in Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]).subtracting(allowed) {
          let answer = try await world.send(method, target, as: .anonymous)
          #expect(answer.status == 405, "\(method) \(target)")
          let named = (answer["Allow"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
          #expect(Set(named) == allowed && named.count == allowed.count)
          if method == "HEAD" { continue }
          #expect(answer.code == "unhandled_method")
          #expect(try answer.json["data"]?["method"]?.stringValue == method)
        }
      }
    }
  }

  @Test func `a parameter that a route does not know is named, and nothing is done`() async throws {
    try await Self.run { world, admin, examples in
      for example in examples {
        // Who probes may add what he likes.
        if example.route.access == .open {
          #expect(try await world.get(example.target(with: "nonsense=1"), as: admin).status == 200)
          continue
        }
        let answer = try await world.send(
          example.method, example.target(with: "nonsense=1&more=%FF"), example.body, as: admin)
        #expect(answer.status == 400, "\(example.row): \(answer.text)")
        #expect(answer.code == "invalid_query_parameter")
        let problems = try answer.json["data"]?["parameters"]?.elements ?? []
        #expect(Set(problems.compactMap { $0["parameter"]?.stringValue }) == ["nonsense", "more"], "\(example.row): \(answer.text)")
      }
      // What was asked for is still to be done.
      for example in examples where !example.row.isReading {
        let answer = try await world.send(example.method, example.target, example.body, as: admin)
        #expect(answer.status == example.row.cells[.admin]?.status, "\(example.row): \(answer.text)")
      }
    }
  }

  @Test func `a variable that is empty or badly encoded is named, on every route that has one`() async throws {
    try await Self.run { world, _, _ in
      let table = RouteTable(world.routes)
      for route in world.routes {
        for (index, name) in route.variables.enumerated() {
          for bad in ["%FF", "%C3%28", "%00", "%", "%2", "%zz", ""] {
            var values = route.variables.map { _ in "good" }
            values[index] = bad
            let segments = route.pattern.split(separator: "/").map { segment in
              if case .literal(let text) = PatternSegment(segment) { text } else { values.removeFirst() }
            }
            // An empty name at the end needs a slash of its own, before the one that every path may have.
            let path = "/" + segments.joined(separator: "/") + (segments.last == "" ? "/" : "")
            // Not over the wire, where EventRouteTests has seen what comes of it: no client's library would send such a path.
            guard case .invalidVariable(name) = table.match(route.method, RequestTarget(path)) else {
              Issue.record("\(route.method) \(path)")
              continue
            }
          }
        }
      }
    }
  }

  @Test func `a body of another type, one that is too long, and one that is no JSON change nothing on any route`() async throws {
    try await Self.run { world, admin, examples in
      let withBody = examples.filter { $0.body != nil }
      #expect(Set(withBody.map { "\($0.method) \($0.route.pattern)" }).count == 11)
      for example in withBody {
        for type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"] {
          let answer = try await world.send(example.method, example.target, example.body, type: type, as: admin)
          #expect(answer.status == 415, "\(example.row): \(answer.text)")
          #expect(answer.code == "unsupported_media_type")
          #expect(answer["Accept"] == "application/json")
        }
        let long = try await world.send(
          example.method, example.target, (example.body ?? "") + String(repeating: " ", count: 1_048_577), as: admin)
        #expect(long.status == 413)
        #expect(long.code == "payload_too_large")
        #expect(try long.json["data"]?["limit"] == 1_048_576)
        for body in ["", "{", "null", "7", "\u{FEFF}" + (example.body ?? ""), (example.body ?? "") + ",", "{\"a\":\"\u{0}\"}"] {
          let answer = try await world.send(example.method, example.target, body, as: admin)
          #expect(answer.status == 400, "\(example.row) with \(body): \(answer.text)")
          #expect(answer.code == "invalid_request_body")
          let faults = try answer.json["data"]?["validation_errors"]?.elements ?? []
          #expect(faults.map { $0["pointer"] } == [""], "\(answer.text)")
        }
        let answer = try await world.send(
          example.method, example.target, example.body, type: "Application/JSON; charset=\"UTF-8\"", as: admin)
        #expect(answer.status == example.row.cells[.admin]?.status, "\(example.row): \(answer.text)")
      }
    }
  }
}
