import EventAPI
import Fanfare
import ServiceLifecycle

/// What checks JWTs, and what has to run for it.
struct JWTParts {
  let authenticator: JWTAuthenticator
  /// Fetches keys; nil for keys that do not come from elsewhere.
  let endpoint: JWKSEndpoint?
}

extension JWKSFile {
  /// - Throws: a sentence that names the key of the configuration and the file.
  convenience init(ofSetting path: String) async throws {
    do {
      try await self.init(path: path, read: { try contents(ofFile: $0) }, now: SystemClock.now)
    } catch {
      throw SentenceError("auth.jwt.jwksFile: \(error)")
    }
  }
}

extension Composition {
  /// Nil if no JWTs are trusted.
  ///
  /// - Throws: a sentence that names the file of keys, if it cannot be used.
  func makeJWTParts() async throws -> JWTParts? {
    let auth = settings.auth
    var endpoint: JWKSEndpoint?
    let keys: any KeySource
    if let secret = auth.jwtSecret {
      keys = try await SharedSecret(secret)
    } else if let path = auth.jwksFile {
      keys = try await JWKSFile(ofSetting: path)
    } else if let url = auth.jwksURL {
      let made = JWKSEndpoint(name: JWKSFetch.publicName(of: url), now: SystemClock.now) { try await JWKSFetch(url: url).response() }
      endpoint = made
      keys = made
    } else {
      return nil
    }
    return JWTParts(authenticator: JWTAuthenticator(keys: keys, rules: auth.jwtRules, now: SystemClock.now), endpoint: endpoint)
  }
}
