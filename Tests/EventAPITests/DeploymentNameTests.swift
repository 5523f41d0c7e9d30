import Fanfare
import Testing

/// A deployment's name may hold anything, and is the rest of the path.
@Suite struct DeploymentNameTests {
  private static let root = "/api/v1/events/query/project/p/e/"

  @Test(arguments: [
    ("web/blue", ["web/blue", "web/blue/", "web%2Fblue", "web%2fblue/"]), ("web/", ["web%2F", "web%2F/", "web//"]),
    ("/web", ["%2Fweb", "/web"]), ("a//b", ["a//b", "a%2F/b", "a%2F%2Fb/"]), ("deployment/x", ["deployment/x", "deployment%2Fx"]),
    ("a+b", ["a+b", "a%2Bb/"]), ("a b", ["a%20b"]), ("100%", ["100%25"]), ("%2F", ["%252F"]),
    ("ü?&#", ["%C3%BC%3F%26%23", "%c3%bc%3f&%23/"]),
    ("..", ["..", "%2e%2E/"]),
  ])
  func `a name is found however it is written, in the path and as a parameter, from page to page`(
    name: String, paths: [String]
  ) async throws {
    try await World.run { (world) async throws in
      world.store("state:p/e/web", "state:p/e/\(name)", "state:p/e/x", "state:p/e/\(name)", "state:p/e/deployment/y")
      for side in ["project", "state"] {
        for path in paths {
          var target = Self.root.replacing("/project/", with: "/\(side)/") + path + "?page_size=1"
          let first = try await world.get(target)
          #expect(first.status == 200, "\(target): \(first.text)")
          #expect(try first.ids == ["e4"], "\(target)")
          target = String(try #require(first["link"]).dropFirst().prefix { $0 != ">" })
          let second = try await world.get(target)
          #expect(try second.ids == ["e2"], "\(target)")
          #expect(second["link"] == nil)
        }
      }
      let encoded = name.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      #expect(try await world.get(Self.root + "deployment?deployment=\(encoded)").ids == ["e4", "e2"])
      #expect(try await world.get("/api/v1/events/query/?state_project=p&state_deployment=\(encoded)").ids == ["e4", "e2"])
    }
  }
}
