internal import Crypto
public import Fanfare
public import Logging
internal import Synchronization

/// Knows the holders of API keys.
///
/// Keys that were used lately are remembered, up to a bound, for as long as no account and no key changes. That a key is used is written
/// down at most once a minute, and no request waits for it.
public final class KeyAuthenticator: Authenticator {
  private static let maximumRemembered = 10_000
  private static let useInterval: Duration = .seconds(60)

  private struct Remembered {
    var holder: KeyHolder
    /// When its use was last written down.
    var notedAt: Timestamp?
  }

  private struct Memory {
    /// Of the store, when what is remembered was read.
    var version: Int
    var byDigest: [[UInt8]: Remembered] = [:]
  }

  private let accounts: any AccountStore
  private let now: @Sendable () -> Timestamp
  private let logger: Logger
  private let memory: Mutex<Memory>

  public init(accounts: any AccountStore, now: @escaping @Sendable () -> Timestamp, logger: Logger = Logger(label: "fanfare.http")) {
    self.accounts = accounts
    self.now = now
    self.logger = logger
    memory = Mutex(Memory(version: accounts.accountVersion))
  }

  /// A key that was revoked, and one of a disabled account, are as unknown as one that never was; only who holds an expired key is told so.
  public func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
    guard let credential else { throw .missing }
    let digest = SHA256.hash(data: Array(credential.utf8))
    guard let holder = try await holder(ofKeyWith: Array(digest)) else { throw .unknown }
    // It was found by its digest, of which the time that this took may tell something, but not of the key. Digests compare in constant time.
    guard digest == holder.key.digest, !holder.account.profile.isDisabled else { throw .unknown }
    let now = now()
    if holder.key.isExpired(at: now) { throw .refused(reason: "has expired") }
    noteUse(of: holder, at: now)
    return Caller(holder.account, keyEnd: holder.key.expiresAt)
  }

  private func holder(ofKeyWith digest: [UInt8]) async throws(AuthenticationFailure) -> KeyHolder? {
    // Before the store is asked: what changes while it answers makes another version.
    let version = accounts.accountVersion
    let remembered = memory.withLock { memory in
      if memory.version != version { memory = Memory(version: version) }
      return memory.byDigest[digest]?.holder
    }
    if let remembered { return remembered }
    let found: KeyHolder?
    do {
      found = try await accounts.holder(ofKeyWith: digest)
    } catch {
      logger.error("The holder of a key could not be read", metadata: ["error": "\(error)"])
      throw .unavailable
    }
    // Only what is there is remembered: guesses must not push out good keys.
    guard let found else { return nil }
    memory.withLock { memory in
      guard memory.version == version else { return }
      if memory.byDigest.count >= Self.maximumRemembered { memory.byDigest.removeAll() }
      memory.byDigest[digest] = Remembered(holder: found, notedAt: found.key.lastUsedAt)
    }
    return found
  }

  private func noteUse(of holder: KeyHolder, at now: Timestamp) {
    let isDue = memory.withLock { memory in
      // Forgotten meanwhile: the next use is soon enough.
      guard let notedAt = memory.byDigest[holder.key.digest].map(\.notedAt) else { return false }
      if let notedAt, now >= notedAt, now - notedAt < Self.useInterval { return false }
      memory.byDigest[holder.key.digest]?.notedAt = now
      return true
    }
    if isDue { accounts.noteUse(of: holder.key.id, at: now) }
  }
}

extension Caller {
  init(_ account: Account, keyEnd: Timestamp?) {
    let profile = account.profile
    self.init(
      name: profile.name, username: profile.name, groups: Set(profile.groups), roles: Set(profile.roles), isAdmin: profile.role == .admin,
      account: account.id, keyEnd: keyEnd)
  }
}
