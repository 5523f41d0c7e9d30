import EventAPI
import Fanfare
import Programs
import Testing

@testable import struct EventAPI.AcceptedCodings

@Suite struct CompressionTests {
  private static let gzip = ("Accept-Encoding", "gzip, deflate, br")

  private func fill(_ world: World) {
    for _ in 0..<20 { world.store("inventory:p/app/1.0") }
  }

  @Test func `an answer of text is gzip for who takes it, and the same after unpacking`() async throws {
    try await World.run { (world) async throws in
      fill(world)
      for target in ["/api/v1/events/query/", "/metrics", "/"] {
        let plain = try await world.get(target)
        let coded = try await world.get(target, headers: [Self.gzip])
        #expect(plain["content-encoding"] == nil)
        #expect(coded["content-encoding"] == "gzip", "\(target)")
        #expect(plain["vary"] == "Accept-Encoding")
        #expect(coded["vary"] == "Accept-Encoding")
        #expect(coded["content-length"] == String(coded.body.count))
        #expect(coded.body.count < plain.body.count / 2)
        #expect(coded["content-type"] == plain["content-type"])
        #expect(coded["link"] == plain["link"])
        // Figures change from one look to the next.
        if target != "/metrics" { #expect(try Program.gunzip(coded.body) == plain.body) }
      }
    }
  }

  @Test func `HEAD has the headers of GET in every coding`() async throws {
    try await World.run { (world) async throws in
      fill(world)
      for headers in [[], [Self.gzip]] {
        let get = try await world.get("/api/v1/events/query/", headers: headers)
        let head = try await world.api.send("HEAD", "/api/v1/events/query/", headers: headers + [World.authorization])
        #expect(head.body.isEmpty)
        let own: Set = ["x-request-id", "date"]
        #expect(
          head.headers.filter { !own.contains($0.name) }.map { "\($0): \($1)" }
            == get.headers.filter { !own.contains($0.name) }.map { "\($0): \($1)" })
      }
    }
  }

  @Test func `what is short, what is an error and what is secret stays as it is`() async throws {
    try await World.run { (world) async throws in
      let hooks = (0..<20).map { #"{"id":"h\#($0)","type":"webhook","url":"https://ci.example.com/hook/\#($0)"}"# }.joined(separator: ",")
      _ = try await world.send("PUT", "/api/v1/events/subscriptions/project/p", "[\(hooks)]")
      #expect(try await world.get("/health/live", headers: [Self.gzip])["content-encoding"] == nil)
      #expect(try await world.get("/nowhere", headers: [Self.gzip]).code == "route_not_found")
      let secret = try await world.get(
        "/api/v1/events/subscriptions/project/p/h1/secret", headers: [("Accept-Encoding", "gzip, identity;q=0")])
      #expect(secret["cache-control"] == "no-store")
      #expect(secret["content-encoding"] == nil)
      // Short, but the client takes nothing else.
      let live = try await world.get("/health/live", headers: [("Accept-Encoding", "gzip, identity;q=0")])
      #expect(live["content-encoding"] == "gzip")
      #expect(String(decoding: try Program.gunzip(live.body), as: UTF8.self).contains("alive"))
    }
  }

  @Test func `the tag of a gzip answer guards an update as the plain one does`() async throws {
    try await World.run { (world) async throws in
      let target = "/api/v1/events/subscriptions/project/p"
      let hooks = (0..<20).map { #"{"id":"h\#($0)","type":"webhook","url":"https://ci.example.com/hook/\#($0)"}"# }.joined(separator: ",")
      let put = try await world.send("PUT", target, "[\(hooks)]", headers: [Self.gzip])
      #expect(put["etag"] == "\"1-gzip\"")
      let plain = try await world.get(target)
      let coded = try await world.get(target, headers: [Self.gzip])
      #expect(plain["etag"] == "\"1\"")
      #expect(coded["etag"] == "\"1-gzip\"")
      for tag in ["\"1\"", "\"1-gzip\""] {
        let fresh = try await world.get(target, headers: [Self.gzip, ("If-None-Match", tag)])
        #expect(fresh.status == 304)
        #expect(fresh["etag"] == tag)
        #expect(fresh["vary"] == "Accept-Encoding")
      }
      #expect(try await world.send("PUT", target, "[]", headers: [("If-Match", "\"1-gzip\"")]).status == 200)
      #expect(try await world.send("PUT", target, "[]", headers: [("If-Match", "\"1-gzip\"")]).status == 412)
      #expect(try await world.send("PUT", target, "[]", headers: [("If-Match", "\"2-gzipped\"")]).status == 412)
    }
  }

  @Test(
    arguments: [
      (nil, false, true), ("", false, true), ("identity", false, true), ("gzip", true, true), ("x-gzip", true, true),
      ("GZIP;Q=0.5", true, true),
      ("br", false, true), ("*", true, true), ("gzip;q=0", false, true), ("gzip;q=0, *", false, true), ("*;q=0", false, false),
      ("*;q=0, gzip", true, false), ("identity;q=0", false, false), ("gzip;q=0.1, identity;q=0.9", false, true),
      ("gzip;q=0.9, identity;q=0.9", true, true), ("deflate, gzip;q=1.0, *;q=0.5", true, true), ("gzip;q=nonsense", false, true),
      (",,;q=1,", false, true),
    ] as [(String?, Bool, Bool)])
  func `the client's wishes are understood`(header: String?, gzip: Bool, identity: Bool) {
    let codings = AcceptedCodings(header)
    #expect(codings.wantsGzip == gzip)
    #expect(codings.takesIdentity == identity)
  }
}
