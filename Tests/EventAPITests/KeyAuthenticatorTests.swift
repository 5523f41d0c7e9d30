import EventAPI
import Fanfare
import Logging
import Synchronization
import Testing

@Suite struct KeyAuthenticatorTests {
  /// A store with one account and its key, an authenticator before it, and a clock.
  private final class Ground: Sendable {
    let store = MemoryStore()
    let account: Account
    let key: APIKey
    let authenticator: KeyAuthenticator
    private let instant: ClockBox

    init(
      _ profile: Account.Profile = .init(name: "ann", groups: ["payments"], roles: ["project:shop:global:read"]),
      expiresAt: Timestamp? = nil
    ) async throws {
      account = try await store.addAccount(profile)
      key = try await store.addKey(APIKey.Draft(name: "k", expiresAt: expiresAt), digest: APIKey.digest(of: "secret"), to: account.id)
      let instant = ClockBox()
      self.instant = instant
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      authenticator = KeyAuthenticator(accounts: store, now: { instant.now }, logger: logger)
    }

    func advance(by duration: Duration) { instant.advance(by: duration) }
    var questions: Int { store.change { $0.holderQuestions } }
    var uses: [Timestamp] { store.change { $0.uses.map(\.instant) } }

    func outcome(_ secret: String? = "secret") async -> Result<Caller, AuthenticationFailure> {
      do { return .success(try await authenticator.caller(holding: secret)) } catch { return .failure(error) }
    }

    func failure(_ secret: String? = "secret") async -> AuthenticationFailure? {
      if case .failure(let failure) = await outcome(secret) { failure } else { nil }
    }
  }

  private final class ClockBox: Sendable {
    private let instant = Mutex(MemoryStore.now)
    var now: Timestamp { instant.withLock { $0 } }
    func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
  }

  @Test func `the holder of a key is its account: name, groups, roles, and what they let him do`() async throws {
    let ground = try await Ground()
    let caller = try await ground.outcome().get()
    #expect(caller.name == "ann")
    #expect(caller.account == ground.account.id)
    #expect(!caller.isAdmin)
    #expect(caller.reader == .member(groups: ["payments", "project:shop:global:read"], username: "ann"))
    #expect(caller.may(.read, project: "shop") && !caller.may(.write, project: "shop"))
    let admin = try await Ground(.init(name: "root", role: .admin)).outcome().get()
    #expect(admin.isAdmin && admin.reader == .everything)
  }

  @Test(arguments: ["", "Secret", "secre", "secret ", "fanfare_secret"])
  func `another secret is unknown, and is never remembered`(secret: String) async throws {
    let ground = try await Ground()
    #expect(await ground.failure(secret) == .unknown)
    #expect(await ground.failure(secret) == .unknown)
    #expect(ground.questions == 2)
    #expect(await ground.failure(nil) == .missing)
    #expect(ground.uses.isEmpty)
  }

  @Test func `a key is looked up once, until some account or key changes`() async throws {
    let ground = try await Ground()
    for _ in 1...5 { _ = try await ground.outcome().get() }
    #expect(ground.questions == 1)
    let other = try await ground.store.addAccount(.init(name: "bob"))
    _ = try await ground.store.replaceAccount(other.id, with: .init(name: "bobby"))
    for _ in 1...5 { _ = try await ground.outcome().get() }
    #expect(ground.questions == 2)
  }

  @Test func `what an account loses is lost with the next request`() async throws {
    let ground = try await Ground()
    _ = try await ground.outcome().get()
    _ = try await ground.store.replaceAccount(ground.account.id, with: .init(name: "ann", groups: ["x"]))
    #expect(try await ground.outcome().get().reader == .member(groups: ["x"], username: "ann"))
  }

  @Test func `a revoked key and one of a disabled account are as unknown as one that never was`() async throws {
    let ground = try await Ground()
    _ = try await ground.outcome().get()
    _ = try await ground.store.replaceAccount(ground.account.id, with: .init(name: "ann", isDisabled: true))
    #expect(await ground.failure() == .unknown)
    _ = try await ground.store.replaceAccount(ground.account.id, with: .init(name: "ann"))
    _ = try await ground.outcome().get()
    try await ground.store.removeKey(ground.key.id, of: ground.account.id)
    #expect(await ground.failure() == .unknown)
  }

  @Test func `a key is refused from the instant that it expires, remembered or not`() async throws {
    let ground = try await Ground(expiresAt: MemoryStore.now + .seconds(10))
    _ = try await ground.outcome().get()
    ground.advance(by: .seconds(9))
    _ = try await ground.outcome().get()
    ground.advance(by: .seconds(1))
    #expect(await ground.failure() == .refused(reason: "has expired"))
    #expect(ground.questions == 1)
    // Of a disabled account, not even that it has expired is told.
    _ = try await ground.store.replaceAccount(ground.account.id, with: .init(name: "ann", isDisabled: true))
    #expect(await ground.failure() == .unknown)
  }

  @Test func `a use is written down at most once a minute, and a refused one never`() async throws {
    let ground = try await Ground(expiresAt: MemoryStore.now + .seconds(120))
    let start = MemoryStore.now
    for _ in 1...3 { _ = await ground.outcome() }
    #expect(ground.uses == [start])
    ground.advance(by: .seconds(59))
    _ = await ground.outcome()
    #expect(ground.uses == [start])
    ground.advance(by: .seconds(1))
    for _ in 1...3 { _ = await ground.outcome() }
    #expect(ground.uses == [start, start + .seconds(60)])
    ground.advance(by: .seconds(60))
    #expect(await ground.failure() != nil)
    #expect(ground.uses.count == 2)
  }

  @Test func `a store that cannot answer makes nobody a stranger`() async throws {
    struct Broken: Error {}
    let ground = try await Ground()
    ground.store.change { $0.failure = Broken() }
    #expect(await ground.failure() == .unavailable)
    ground.store.change { $0.failure = nil }
    _ = try await ground.outcome().get()
  }

  @Test func `requests at one time are all answered, and count as one use`() async throws {
    let ground = try await Ground()
    let names = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<200 { group.addTask { try? await ground.outcome().get().name } }
      return await group.reduce(into: [String?]()) { $0.append($1) }
    }
    #expect(names.count == 200 && names.allSatisfy { $0 == "ann" })
    #expect(ground.uses.count == 1)
  }
}
