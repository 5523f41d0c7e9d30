import Fanfare
import Testing

@testable import EventAPI

/// What claims mean.
@Suite struct JWTRulesTests {
  private func caller(_ rules: JWTRules, _ claims: String) throws -> Caller {
    let json = try JSONValue(parsing: Array(#"{"exp":4102444800,"preferred_username":"ann","sub":"a-1",\#(claims)}"#.utf8))
    return try rules.caller(with: json, at: MemoryStore.now)
  }

  private func names(_ rules: JWTRules, _ claims: String) throws -> Set<String> {
    let groups: Set<String>? = if case .member(let groups, _) = try caller(rules, claims).reader { groups } else { nil }
    return try #require(groups, "an admin, who sees everything")
  }

  @Test(arguments: [
    (#""groups":["a","b"]"#, ["a", "b"]), (#""groups":"a b,c""#, ["a b,c"]), (#""groups":["a",1,null,["b"]]"#, ["a"]),
    (#""groups":{}"#, []),
    (#""groups":null"#, []), (#""x":1"#, []), (#""groups":["a"],"roles":["a","r"]"#, ["a", "r"]), (#""roles":"r""#, ["r"]),
    (#""groups":["/payments"]"#, ["/payments"]),
  ])
  func `groups and roles are arrays of strings, or one string`(claims: String, expected: [String]) throws {
    #expect(try names(JWTRules(), claims) == Set(expected))
  }

  @Test(arguments: [
    (#""realm_access":{"roles":["r"]}"#, ["r"]), (#""realm_access.roles":["exact"],"realm_access":{"roles":["r"]}"#, ["exact"]),
    (#""realm_access":{"groups":["r"]}"#, []), (#""realm_access":["roles"]"#, []), (#""realm_access":"roles""#, []),
  ])
  func `dots reach into objects, after a claim of just that name`(claims: String, expected: [String]) throws {
    #expect(try names(JWTRules(rolesClaim: "realm_access.roles"), claims) == Set(expected))
  }

  @Test func `a name with dots in it is found at every depth`() throws {
    let rules = JWTRules(groupsClaim: "https://id.example/claims.groups", rolesClaim: "resource_access.my.client.roles")
    let claims = #""https://id.example/claims":{"groups":["g"]},"resource_access":{"my":1,"my.client":{"roles":["r"]}}"#
    #expect(try names(rules, claims) == ["g", "r"])
    #expect(try names(JWTRules(groupsClaim: "."), #""":{"":["g"]}"#) == ["g"])
    #expect(try names(JWTRules(groupsClaim: "a..b."), #""a":{"b":["g"]}"#) == [])
  }

  @Test func `the name is the claim that is set, else sub`() throws {
    #expect(try caller(JWTRules(), #""x":1"#).name == "ann")
    #expect(try caller(JWTRules(usernameClaim: "email"), #""email":"ann@example.com""#).name == "ann@example.com")
    #expect(try caller(JWTRules(usernameClaim: "email"), #""x":1"#).name == "a-1")
    #expect(try caller(JWTRules(usernameClaim: "user.name"), #""user":{"name":"Ann"}"#).reader == .member(groups: [], username: "Ann"))
  }

  @Test func `roles grant what is done with projects, groups do not`() throws {
    let granted = try caller(JWTRules(), #""roles":["project:p:global:write"]"#)
    #expect(granted.may(.write, project: "p") && !granted.may(.read, project: "q"))
    #expect(try !caller(JWTRules(), #""groups":["project:p:global:write"]"#).may(.read, project: "p"))
  }
}
