import Fanfare
import Testing

@testable import EventAPI

@Suite struct JWKSCacheTests {
  private let start = Timestamp(seconds: 1000)
  private let query = KeyQuery(id: nil, algorithm: .hs256)
  private let unknown = KeyQuery(id: "x", algorithm: .hs256)

  private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

  /// With one key, fetched at second 0.
  private func filled(lifetime: Duration? = nil) async throws -> JWKSCache {
    var cache = JWKSCache()
    #expect(cache.begins(at: start) == true)
    cache.fetched([try await VerificationKey(secret: JWTTests.secret)], lifetime: lifetime, at: start)
    return cache
  }

  @Test(
    arguments: [
      (nil, 3600), (Duration.seconds(300), 300), (.zero, 60), (.seconds(59), 60), (.seconds(86_400), 3600),
    ] as [(Duration?, Int64)])
  func `keys are fetched again when they are as old as they may be`(lifetime: Duration?, seconds: Int64) async throws {
    var cache = try await filled(lifetime: lifetime)
    #expect(cache.rest(at: start) == .seconds(seconds))
    #expect(cache.begins(at: at(seconds - 1)) == false)
    #expect(cache.rest(at: at(seconds)) == .zero)
    #expect(cache.begins(at: at(seconds)) == true)
    #expect(cache.begins(at: at(seconds)) == false, "one fetch at a time")
  }

  @Test(
    arguments: [
      (nil, nil), ("max-age=300", 300), ("public, Max-Age=\"60\"", 60), ("max-age=5, no-store", 0), ("no-cache", 0), ("max-age=-1", nil),
      ("max-age", nil), ("s-maxage=9", nil), ("max-age=99999999999999", 1 << 32), ("max-age = 7", 7), ("", nil),
    ] as [(String?, Int64?)])
  func `the lifetime is what Cache-Control says`(header: String?, seconds: Int64?) {
    #expect(JWKSResponse(body: [], cacheControl: header).lifetime == seconds.map { .seconds($0) })
  }

  @Test func `an unknown key is looked for at most every ten seconds, by one fetch`() async throws {
    var cache = try await filled()
    guard case .keys(let none) = cache.find(unknown, at: at(9)) else { throw Unexpected() }
    #expect(none.keys.isEmpty)
    guard case .wait(wake: true) = cache.find(unknown, at: at(10)) else { throw Unexpected() }
    guard case .wait(wake: false) = cache.find(unknown, at: at(10)) else { throw Unexpected() }
    guard case .keys(let known) = cache.find(query, at: at(10)) else { throw Unexpected() }
    #expect(known.keys.count == 1, "who brings a known key does not wait")
    #expect(cache.begins(at: at(10)) == true)
    guard case .wait(wake: false) = cache.find(unknown, at: at(11)) else { throw Unexpected() }
    cache.failed("no", at: at(12))
    guard case .keys = cache.find(unknown, at: at(19)) else { throw Unexpected() }
    guard case .wait(wake: true) = cache.find(unknown, at: at(20)) else { throw Unexpected() }
  }

  @Test func `failures are further and further apart, and the keys stay`() async throws {
    var cache = try await filled()
    var now = at(3600)
    for pause in [10, 20, 40, 80, 160, 300, 300, 300] as [Int64] {
      #expect(cache.begins(at: now) == true)
      cache.failed("no", at: now)
      #expect(cache.rest(at: now) == .seconds(pause))
      #expect(cache.begins(at: now + .seconds(pause - 1)) == false)
      now = now + .seconds(pause)
    }
    #expect(cache.hasKeys && cache.failure == "no")
    #expect(cache.begins(at: now) == true)
    cache.fetched([], lifetime: nil, at: now)
    #expect(cache.failure == nil)
    #expect(cache.begins(at: now + .seconds(3600)) == true)
    cache.failed("no", at: now + .seconds(3600))
    #expect(cache.rest(at: now + .seconds(3600)) == .seconds(10), "a success begins anew")
  }

  @Test func `before the first fetch tokens wait, and after a failed one they are told`() throws {
    var cache = JWKSCache()
    guard case .wait(wake: true) = cache.find(query, at: start) else { throw Unexpected() }
    #expect(cache.begins(at: start) == true)
    cache.failed("no", at: start)
    guard case .unavailable = cache.find(query, at: at(9)) else { throw Unexpected() }
    guard case .wait(wake: true) = cache.find(query, at: at(10)) else { throw Unexpected() }
  }

  @Test func `a clock that is set back stops nothing`() async throws {
    var cache = try await filled()
    #expect(cache.rest(at: at(-86_400)) == .seconds(3600))
    guard case .wait(wake: true) = cache.find(unknown, at: at(-86_400)) else { throw Unexpected() }
    #expect(cache.begins(at: at(-86_400)) == true)
  }

  private struct Unexpected: Error {}
}
