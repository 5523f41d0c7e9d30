import Fanfare
import HTTPTypes
import Testing

@testable import EventAPI

@Suite struct OpenAPITests {
  @Test func `every route of both listeners is described, and nothing else is`() async throws {
    try await World.run { world in
      let routes = world.publicRoutes + world.internalRoutes
      let served = Set(routes.map { "\($0.method.rawValue) \($0.pattern)" })
      #expect(served == Set(Operations.all.keys))
      let ids = Operations.all.values.map(\.id)
      #expect(Set(ids).count == ids.count)
    }
  }

  @Test func `the document has each route of its listener with all its answers`() async throws {
    try await World.run { world in
      for (client, routes) in [(world.api, world.publicRoutes), (world.door, world.internalRoutes)] {
        let answer = try await client.send("GET", "/openapi.json")
        #expect(answer.status == 200)
        let document = try answer.json
        #expect(document["openapi"] == "3.1.0")
        for route in routes {
          let path = route.pattern.replacing("...}", with: "}")
          let operation = document["paths"]?[path]?[route.method.rawValue.lowercased()]
          let described = try #require(Operations.operation(of: route))
          #expect(operation?["operationId"]?.stringValue == described.id)
          for variable in route.variables {
            #expect(operation?["parameters"]?.elements.contains { $0["name"]?.stringValue == variable && $0["in"] == "path" } == true)
          }
          let statuses = OpenAPIDocument(routes: routes, version: "1").errors(described, route).map { String($0.status.code) }
          for status in described.answers.map({ String($0.status) }) + statuses {
            #expect(operation?["responses"]?[status] != nil, "\(route.pattern) \(status)")
          }
        }
      }
    }
  }

  @Test func `each code of an error is in the document, and no other`() async throws {
    try await World.run { world in
      let document = try await world.api.send("GET", "/openapi.json").json
      let codes = document["components"]?["schemas"]?["Error"]?["properties"]?["code"]?["enum"]
      #expect(codes?.elements.compactMap(\.stringValue) == ErrorCode.allCases.map(\.rawValue))
      // And each is one that some route, or none at all, answers with.
      let routes = world.publicRoutes + world.internalRoutes
      let described = OpenAPIDocument(routes: routes, version: "1")
      var answered = Set(OpenAPIDocument.unrouted)
      for route in routes { answered.formUnion(described.errors(try #require(Operations.operation(of: route)), route)) }
      #expect(answered == Set(ErrorCode.allCases))
    }
  }

  @Test func `the parameters of each route are those that it takes`() async throws {
    try await World.run { world in
      for (client, routes) in [(world.api, world.publicRoutes), (world.door, world.internalRoutes)] {
        for route in routes where route.access != .open {
          var path = route.pattern
          for variable in route.variables {
            // The rest of a path has parameters of its own under the name that the seed gives it.
            path = path.replacing("{\(variable)...}", with: "deployment").replacing("{\(variable)}", with: "0ujtsYcgvSTl8PAuAdqWYSMnLOv")
          }
          let answer = try await client.send(
            route.method.rawValue, path + "?no-such-parameter=1", headers: [World.authorization, ("Content-Type", "application/json")])
          #expect(answer.status == 400, "\(route.method) \(path)")
          let allowed = try answer.json["data"]?["allowed"]?.elements.compactMap(\.stringValue) ?? []
          let described = try #require(Operations.operation(of: route)).parameters.filter { $0.place == .query }.map(\.name)
          #expect(Set(allowed) == Set(described), "\(route.method) \(path)")
        }
      }
    }
  }

  @Test func `each schema's own text is that of the whole`() throws {
    let members = try JSONValue(parsing: Array(Schemas.text.utf8)).members
    #expect(Schemas.texts.map(\.name) == members.map(\.key))
    for (schema, member) in zip(Schemas.texts, members) { #expect(try JSONValue(parsing: Array(schema.text.utf8)) == member.value) }
  }

  @Test func `every reference leads to a schema, and every schema is referred to`() throws {
    let members = try JSONValue(parsing: Array(Schemas.text.utf8)).members
    let texts =
      [Schemas.text]
      + Operations.all.values.flatMap { operation in
        operation.answers.compactMap(\.schema) + (operation.body?.contents ?? []).map(\.schema) + operation.parameters.map(\.schema)
      }
    let references = Set(texts.flatMap { $0.matches(of: /#\/components\/schemas\/([A-Za-z]+)/).map { String($0.1) } })
    #expect(references.union(["Error"]) == Set(members.map(\.key)))
  }

  @Test func `the page for people has every operation, and needs nothing from outside`() async throws {
    try await World.run { world in
      let answer = try await world.api.send("GET", "/docs")
      #expect(answer.status == 200)
      #expect(answer["content-type"] == "text/html; charset=utf-8")
      #expect(answer["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      for route in world.publicRoutes {
        let operation = try #require(Operations.operation(of: route))
        #expect(answer.text.contains("<details id=\"\(operation.id)\">"), "\(operation.id)")
      }
      #expect(!answer.text.contains("src="))
      #expect(!answer.text.contains("<script"))
      let anchors = Set(answer.text.matches(of: /id="([^"]*)"/).map { String($0.1) })
      for link in answer.text.matches(of: /href="([^"]*)"/).map({ String($0.1) }) {
        #expect(link.hasPrefix("/") || link.hasPrefix("#") && anchors.contains(String(link.dropFirst())), "\(link)")
      }
      #expect(!answer.text.contains("$ref"))
    }
  }
}
