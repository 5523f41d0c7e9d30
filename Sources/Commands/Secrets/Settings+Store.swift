import Fanfare
import Glibc
import Logging
import SQLiteStore

extension Settings {
  var secretKeyFile: SecretKeyFile { SecretKeyFile(path: "\(dataDirectory)/secrets.key") }

  func storeConfiguration(logger: Logger = Logger(label: "fanfare.store")) -> SQLiteStoreConfiguration {
    var configuration = SQLiteStoreConfiguration(
      path: storePath, secretKey: secretKeyFile.key(withID:), defaultVisibility: events.defaultVisibility, clock: SystemClock.now,
      logger: logger)
    configuration.steadyClock = SystemClock.steadyNow
    return configuration
  }

  /// For commands that work on the store itself: a slip in the directory's name must not make a second store.
  ///
  /// - Throws: a sentence if there is none.
  func requireStore() throws {
    guard access(storePath, F_OK) == 0 else {
      throw SentenceError(
        "there is no store at \(storePath) (\(systemReason())): name the service's directory with --data-directory, or start the service "
          + "once")
    }
    umask(0o077)
  }
}
