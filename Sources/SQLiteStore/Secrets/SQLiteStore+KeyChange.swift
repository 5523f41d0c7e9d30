internal import GRDB

extension SQLiteStore {
  /// Encrypts everything in a store anew with another key, while no process has it open. In one transaction: whenever the machine stops,
  /// the store's secrets are all encrypted with the one key or all with the other, and ``SQLiteStoreConfiguration/secretKey`` is asked for
  /// that one next time.
  ///
  /// - Parameters:
  ///   - makeKey: gives the new key, once the store is open; it has to be where it outlives the machine before it is given.
  ///   - committed: called once the new key is the store's, before anybody else can open it.
  /// - Throws: what ``open(_:)`` throws, and the two.
  public static func changeKey(
    of configuration: SQLiteStoreConfiguration, makeKey: () throws -> SecretKey, committed: () throws -> Void
  ) throws {
    do {
      let lock = try StoreLock(besideDatabase: configuration.path)
      defer { withExtendedLifetime(lock) {} }
      let pool = try DatabasePool.forStore(configuration)
      let box = try SecretBox.opening(pool, configuration)
      try box.change(to: SecretBox(makeKey()), in: pool)
      try pool.close()
      try committed()
    } catch {
      throw SQLiteStoreError.translating(error)
    }
  }
}
