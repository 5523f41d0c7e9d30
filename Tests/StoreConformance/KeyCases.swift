import Fanfare
import Testing

extension StoreConformance {
  static var keyCases: [StoreCase<World>] {
    [
      StoreCase("a key is found by its digest, with its account as that is now, until it is revoked") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        let ann = try await store.addAccount(Account.Profile(name: "ann"))
        let bob = try await store.addAccount(Account.Profile(name: "bob"))
        let expiry = clock.now + .seconds(60)
        let key = try await store.addKey(APIKey.Draft(name: "ci", expiresAt: expiry), digest: APIKey.digest(of: "secret"), to: ann.id)
        #expect(key.name == "ci" && key.account == ann.id && key.createdAt == clock.now)
        #expect(key.expiresAt == expiry && key.lastUsedAt == nil)
        try await world.close(store)
        store = try await world.open(clock)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "secret")) == KeyHolder(key: key, account: ann))
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "Secret")) == nil)
        let disabled = try await store.replaceAccount(ann.id, with: Account.Profile(name: "ann", isDisabled: true))
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "secret"))?.account == disabled)
        // The key of one account is not revoked by way of another.
        await #expect(throws: AccountError.unknownKey(key.id.description)) { try await store.removeKey(key.id, of: bob.id) }
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "secret")) != nil)
        try await store.removeKey(key.id, of: ann.id)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "secret")) == nil)
        await #expect(throws: AccountError.unknownKey(key.id.description)) { try await store.removeKey(key.id, of: ann.id) }
        try await world.close(store)
      },

      StoreCase("an account takes its keys with it, and nobody else's") { world in
        let store = try await world.open(TestClock())
        let ann = try await store.addAccount(Account.Profile(name: "ann"))
        let bob = try await store.addAccount(Account.Profile(name: "bob"))
        let draft = APIKey.Draft(name: "k")
        _ = try await store.addKey(draft, digest: APIKey.digest(of: "1"), to: ann.id)
        _ = try await store.addKey(draft, digest: APIKey.digest(of: "2"), to: ann.id)
        _ = try await store.addKey(draft, digest: APIKey.digest(of: "3"), to: bob.id)
        try await store.removeAccount(ann.id)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "1")) == nil)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "2")) == nil)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "3"))?.account == bob)
        for change in [
          { _ = try await store.keys(of: ann.id, page: CursorPage()) },
          { _ = try await store.addKey(draft, digest: APIKey.digest(of: "4"), to: ann.id) },
          { try await store.removeKey(bob.id, of: ann.id) },
        ] as [() async throws -> Void] {
          await #expect(throws: AccountError.unknownAccount(ann.id.description)) { try await change() }
        }
        try await world.close(store)
      },

      StoreCase("keys are listed by account, page by page, and an account has only so many") { world in
        let store = try await world.open(TestClock())
        let ann = try await store.addAccount(Account.Profile(name: "ann"))
        let bob = try await store.addAccount(Account.Profile(name: "bob"))
        var keys: [APIKey] = []
        for number in 0..<APIKey.maximumPerAccount {
          keys.append(try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "\(number)"), to: ann.id))
        }
        await #expect(throws: AccountError.tooManyKeys) {
          _ = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "one more"), to: ann.id)
        }
        let other = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "bob's"), to: bob.id)
        #expect(try await store.keys(of: bob.id, page: CursorPage()).elements == [other])
        let page = try await store.keys(of: ann.id, page: CursorPage(size: 2, order: .ascending, boundary: .after(keys[96].id)))
        #expect(page.elements == Array(keys[97...98]))
        #expect(page.hasPrevious && page.hasNext)
        try await store.removeKey(keys[0].id, of: ann.id)
        _ = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "one more"), to: ann.id)
        try await world.close(store)
      },

      StoreCase("the last use of a key and its account goes forward, and never back") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let ann = try await store.addAccount(Account.Profile(name: "ann"))
        let key = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "1"), to: ann.id)
        let other = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "2"), to: ann.id)
        let version = store.accountVersion
        store.noteUse(of: key.id, at: Timestamp(seconds: 100))
        store.noteUse(of: key.id, at: Timestamp(seconds: 90))
        store.noteUse(of: other.id, at: Timestamp(seconds: 80))
        store.noteUse(of: KSUID(timestamp: 1, high: 2, low: 3), at: Timestamp(seconds: 200))
        // What was handed in before is written before.
        _ = try await store.addAccount(Account.Profile(name: "bob"))
        let keys = try await store.keys(of: ann.id, page: CursorPage(order: .ascending)).elements
        #expect(keys.map(\.lastUsedAt) == [Timestamp(seconds: 100), Timestamp(seconds: 80)])
        #expect(try await store.account(ann.id)?.lastLoginAt == Timestamp(seconds: 100))
        #expect(store.accountVersion == version)
        // A change of the account keeps it.
        #expect(try await store.replaceAccount(ann.id, with: Account.Profile(name: "a")).lastLoginAt == Timestamp(seconds: 100))
        try await world.close(store)
      },

      StoreCase("whatever makes a remembered key untrue makes another version, before it is answered") { world in
        let store = try await world.open(TestClock())
        let ann = try await store.addAccount(Account.Profile(name: "ann"))
        let key = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: "1"), to: ann.id)
        var seen = [store.accountVersion]
        _ = try await store.replaceAccount(ann.id, with: Account.Profile(name: "ann", isDisabled: true))
        seen.append(store.accountVersion)
        try await store.removeKey(key.id, of: ann.id)
        seen.append(store.accountVersion)
        try await store.removeAccount(ann.id)
        seen.append(store.accountVersion)
        #expect(seen == seen.sorted() && Set(seen).count == 4)
        try await world.close(store)
      },
    ]
  }
}
