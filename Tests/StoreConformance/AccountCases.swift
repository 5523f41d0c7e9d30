import Fanfare
import Testing

extension StoreConformance {
  static var accountCases: [StoreCase<World>] {
    [
      StoreCase("an account is kept as it was given, changed as a whole, and found by its id and its name") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        let profile = Account.Profile(
          name: "ann \"☃\"", emailAddress: "ann@example.com", role: .admin, groups: ["payments", "a,b"],
          roles: ["project:shop:global:write"])
        let ann = try await store.addAccount(profile)
        #expect(ann.profile == profile)
        #expect(ann.createdAt == clock.now && ann.lastLoginAt == nil)
        let bob = try await store.addAccount(Account.Profile(name: "bob", role: .admin))
        clock.advance(by: .seconds(5))
        let changed = Account.Profile(name: "Ann", groups: ["x"], isDisabled: true)
        let after = try await store.replaceAccount(ann.id, with: changed)
        #expect(after.profile == changed && after.id == ann.id && after.createdAt == ann.createdAt)
        try await world.close(store)

        store = try await world.open(clock)
        #expect(try await store.account(ann.id) == after)
        #expect(try await store.accounts(named: "bob", page: CursorPage()).elements == [bob])
        #expect(try await store.accounts(named: "ann \"☃\"", page: CursorPage()).elements.isEmpty)
        #expect(try await store.account(KSUID(timestamp: 1, high: 2, low: 3)) == nil)
        try await world.close(store)
      },

      StoreCase("two accounts never have one name, and a refused change changes nothing") { world in
        let store = try await world.open(TestClock())
        let ann = try await store.addAccount(Account.Profile(name: "ann", role: .admin))
        let bob = try await store.addAccount(Account.Profile(name: "bob"))
        await #expect(throws: AccountError.nameTaken("ann")) { _ = try await store.addAccount(Account.Profile(name: "ann")) }
        await #expect(throws: AccountError.nameTaken("ann")) {
          _ = try await store.replaceAccount(bob.id, with: Account.Profile(name: "ann", role: .admin))
        }
        #expect(try await store.account(bob.id) == bob)
        // Its own name it may keep, and a name that became free may be taken.
        _ = try await store.replaceAccount(ann.id, with: Account.Profile(name: "anne", role: .admin))
        _ = try await store.replaceAccount(bob.id, with: Account.Profile(name: "ann"))
        let stranger = KSUID(timestamp: 1, high: 2, low: 3)
        await #expect(throws: AccountError.unknownAccount(stranger.description)) {
          _ = try await store.replaceAccount(stranger, with: Account.Profile(name: "x"))
        }
        await #expect(throws: AccountError.unknownAccount(stranger.description)) { try await store.removeAccount(stranger) }
        try await world.close(store)
      },

      StoreCase("the last enabled admin is neither removed, nor disabled, nor made a user") { world in
        let store = try await world.open(TestClock())
        let root = try await store.addAccount(Account.Profile(name: "root", role: .admin))
        _ = try await store.addAccount(Account.Profile(name: "asleep", role: .admin, isDisabled: true))
        _ = try await store.addAccount(Account.Profile(name: "user"))
        for profile in [Account.Profile(name: "root"), Account.Profile(name: "root", role: .admin, isDisabled: true)] {
          await #expect(throws: AccountError.lastAdmin) { _ = try await store.replaceAccount(root.id, with: profile) }
        }
        await #expect(throws: AccountError.lastAdmin) { try await store.removeAccount(root.id) }
        #expect(try await store.account(root.id) == root)
        _ = try await store.replaceAccount(root.id, with: Account.Profile(name: "root", role: .admin, groups: ["g"]))
        let second = try await store.addAccount(Account.Profile(name: "second", role: .admin))
        try await store.removeAccount(root.id)
        await #expect(throws: AccountError.lastAdmin) { try await store.removeAccount(second.id) }
        try await world.close(store)
      },

      StoreCase("accounts are listed by id in both orders, page by page, and from both sides of a boundary") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        var ids: [KSUID] = []
        for number in 1...7 {
          // Order is kept over a restart, within one second too.
          try await world.close(store)
          store = try await world.open(clock)
          ids.append(try await store.addAccount(Account.Profile(name: "account \(number)")).id)
          // Some are of one second, and some are not.
          if number.isMultiple(of: 3) { clock.advance(by: .seconds(1)) }
        }
        #expect(ids == ids.sorted())
        for order in CursorPage.Order.allCases {
          let expected = order == .ascending ? ids : ids.reversed()
          var page = CursorPage(size: 3, order: order)
          var found: [KSUID] = []
          while true {
            let part = try await store.accounts(named: nil, page: page)
            #expect(part.hasPrevious == !found.isEmpty)
            found += part.elements.map(\.id)
            guard part.hasNext, let last = found.last else { break }
            page.boundary = .after(last)
          }
          #expect(found == expected)
          let before = try await store.accounts(named: nil, page: CursorPage(size: 3, order: order, boundary: .before(expected[5])))
          #expect(before.elements.map(\.id) == Array(expected[2..<5]))
          #expect(before.hasPrevious && before.hasNext)
          let first = try await store.accounts(named: nil, page: CursorPage(size: 3, order: order, boundary: .before(expected[2])))
          #expect(first.elements.map(\.id) == Array(expected[..<2]))
          #expect(!first.hasPrevious && first.hasNext)
          #expect(try await store.accounts(named: nil, page: CursorPage(size: 0, order: order)).hasNext)
        }
        try await world.close(store)
      },

      StoreCase("the first account is made once, with its key, and never again") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        let admin = Account.Profile(name: "admin", role: .admin)
        let draft = APIKey.Draft(name: "admin.token")
        #expect(try await store.addFirstAccount(admin, key: draft, digest: APIKey.digest(of: "one")))
        #expect(try await store.addFirstAccount(admin, key: draft, digest: APIKey.digest(of: "two")) == false)
        let holder = try #require(try await store.holder(ofKeyWith: APIKey.digest(of: "one")))
        #expect(holder.account.profile == admin)
        try await store.removeKey(holder.key.id, of: holder.account.id)
        try await world.close(store)
        store = try await world.open(clock)
        #expect(try await store.addFirstAccount(admin, key: draft, digest: APIKey.digest(of: "one")) == false)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "one")) == nil)
        #expect(try await store.holder(ofKeyWith: APIKey.digest(of: "two")) == nil)
        try await world.close(store)
      },
    ]
  }
}
