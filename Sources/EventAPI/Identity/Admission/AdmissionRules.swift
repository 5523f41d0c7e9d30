/// How a server treats those who come to it, whoever knows them.
public struct AdmissionRules: Sendable {
  /// `auth.anonymous`: whether queries of events are answered without a credential, with what is for everybody.
  public var allowsAnonymous: Bool
  /// For each caller; nil for none.
  public var requestLimit: RequestLimit?
  /// Holds back the answer to a bad credential, so that guessing is slow; something else than a sleep in tests.
  public var pause: @Sendable (Duration) async -> Void

  public init(
    allowsAnonymous: Bool = false, requestLimit: RequestLimit? = nil,
    // The slowness is the point of it.
    pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.allowsAnonymous = allowsAnonymous
    self.requestLimit = requestLimit
    self.pause = pause
  }
}
