import ArgumentParser

/// How a command reaches a running service.
struct ClientOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The service (else FANFARE_URL, else http://127.0.0.1:8080).", valueName: "url"))
  var url: String?

  @Option(help: ArgumentHelp("The credential (else FANFARE_TOKEN, else admin.token in the data directory).", valueName: "token"))
  var token: String?

  @Option(help: ArgumentHelp("Where admin.token is (else data.directory of the configuration).", valueName: "path"), completion: .directory)
  var dataDirectory: String?

  @Option(
    help: ArgumentHelp(
      "The certificates that an https:// service is trusted by, PEM (else FANFARE_CA, else the system's).", valueName: "file"),
    completion: .file(extensions: ["pem", "crt"]))
  var ca: String?

  @Flag(help: "Print JSON for programs instead of a table for people.")
  var json = false

  /// Runs `body` with a client, and closes its connections whatever happens.
  func withClient<Result: Sendable>(_ body: (ServiceClient) async throws -> Result) async throws -> Result {
    let environment = processEnvironment()
    let url = try Self.base(url ?? environment["FANFARE_URL"].flatMap { $0.isEmpty ? nil : $0 } ?? "http://127.0.0.1:8080")
    let ca = (ca ?? environment["FANFARE_CA"]).flatMap { $0.isEmpty ? nil : $0 }
    let client = try ServiceClient(base: url, token: try credential(environment), ca: ca)
    do {
      let result = try await body(client)
      try await client.close()
      return result
    } catch {
      // The first error is the one to tell.
      try? await client.close()
      throw error
    }
  }

  private func credential(_ environment: [String: String]) throws -> String {
    if let token = token ?? environment["FANFARE_TOKEN"] {
      // A script whose variable is not set must not become the admin who is at hand.
      if token.isEmpty { throw SentenceError("the credential of \(self.token == nil ? "FANFARE_TOKEN" : "--token") is empty") }
      return token
    }
    let flags = dataDirectory.map { ["data.directory": SettingsInput.Flag($0, name: "--data-directory")] } ?? [:]
    let input = SettingsInput(flags: flags, environment: environment)
    let directory = input.read().reading.found(for: SettingsKeys.dataDirectory.entry)?.text.line ?? "./data"
    let path = "\(directory)/admin.token"
    guard let bytes = try? contents(ofFile: path) else {
      throw SentenceError(
        "there is no credential: give --token, set FANFARE_TOKEN, or name the service's data directory with --data-directory "
          + "(\(path) cannot be read: \(systemReason()))")
    }
    guard let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first else {
      throw SentenceError("\(path) is empty")
    }
    return String(token)
  }

  private static func base(_ text: String) throws -> String {
    guard text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") else {
      throw ValidationError("the service's URL must begin with http:// or https://, and \"\(text)\" does not")
    }
    var base = text[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    return String(base)
  }
}
