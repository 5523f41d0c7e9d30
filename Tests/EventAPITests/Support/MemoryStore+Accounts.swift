import Fanfare

struct KeyUse: Hashable, Sendable {
  var key: KSUID
  var instant: Timestamp
}

extension MemoryStore: AccountStore {
  var accountVersion: Int { change { $0.accountVersion } }

  func accounts(named name: String?, page: CursorPage) async throws -> Page<Account> {
    try read { state in Self.page(state.accounts.filter { name == nil || $0.profile.name == name }, by: \.id, page) }
  }

  func account(_ id: KSUID) async throws -> Account? {
    try read { state in state.accounts.first { $0.id == id } }
  }

  func addAccount(_ profile: Account.Profile) async throws -> Account {
    try read { try $0.add(profile) }
  }

  func replaceAccount(_ id: KSUID, with profile: Account.Profile) async throws -> Account {
    try read { state in
      let index = try state.index(of: id)
      if state.accounts.contains(where: { $0.id != id && $0.profile.name == profile.name }) { throw AccountError.nameTaken(profile.name) }
      if !profile.isEnabledAdmin { try state.requireAnotherAdmin(than: index) }
      let account = Account(id: id, profile: profile, createdAt: state.accounts[index].createdAt)
      state.accounts[index] = account
      state.accountVersion += 1
      return account
    }
  }

  func removeAccount(_ id: KSUID) async throws {
    try read { state in
      let index = try state.index(of: id)
      try state.requireAnotherAdmin(than: index)
      state.accounts.remove(at: index)
      state.keys.removeAll { $0.account == id }
      state.accountVersion += 1
    }
  }

  func keys(of account: KSUID, page: CursorPage) async throws -> Page<APIKey> {
    try read { state in
      _ = try state.index(of: account)
      return Self.page(state.keys.filter { $0.account == account }, by: \.id, page)
    }
  }

  func addKey(_ draft: APIKey.Draft, digest: [UInt8], to account: KSUID) async throws -> APIKey {
    try read { try $0.add(draft, digest, to: account) }
  }

  func removeKey(_ id: KSUID, of account: KSUID) async throws {
    try read { state in
      _ = try state.index(of: account)
      let count = state.keys.count
      state.keys.removeAll { $0.id == id && $0.account == account }
      if state.keys.count == count { throw AccountError.unknownKey(id.description) }
      state.accountVersion += 1
    }
  }

  func holder(ofKeyWith digest: [UInt8]) async throws -> KeyHolder? {
    try read { state in
      state.holderQuestions += 1
      guard let key = state.keys.first(where: { $0.digest == digest }) else { return nil }
      return KeyHolder(key: key, account: state.accounts[try state.index(of: key.account)])
    }
  }

  func noteUse(of key: KSUID, at instant: Timestamp) {
    change { $0.uses.append(KeyUse(key: key, instant: instant)) }
  }

  func addFirstAccount(_ profile: Account.Profile, key: APIKey.Draft, digest: [UInt8]) async throws -> Bool {
    try read { state in
      if !state.accounts.isEmpty { return false }
      _ = try state.add(key, digest, to: state.add(profile).id)
      return true
    }
  }
}

extension MemoryStore.State {
  mutating func add(_ profile: Account.Profile) throws -> Account {
    if accounts.contains(where: { $0.profile.name == profile.name }) { throw AccountError.nameTaken(profile.name) }
    let account = Account(id: makeID(), profile: profile, createdAt: MemoryStore.now)
    accounts.append(account)
    return account
  }

  mutating func add(_ draft: APIKey.Draft, _ digest: [UInt8], to account: KSUID) throws -> APIKey {
    _ = try index(of: account)
    if keys.count(where: { $0.account == account }) >= APIKey.maximumPerAccount { throw AccountError.tooManyKeys }
    let key = APIKey(
      id: makeID(), account: account, name: draft.name, digest: digest, createdAt: MemoryStore.now, expiresAt: draft.expiresAt)
    keys.append(key)
    return key
  }

  fileprivate func index(of id: KSUID) throws -> Int {
    guard let index = accounts.firstIndex(where: { $0.id == id }) else { throw AccountError.unknownAccount(id.description) }
    return index
  }

  fileprivate func requireAnotherAdmin(than index: Int) throws {
    guard accounts[index].profile.isEnabledAdmin else { return }
    if !accounts.contains(where: { $0.id != accounts[index].id && $0.profile.isEnabledAdmin }) { throw AccountError.lastAdmin }
  }
}
