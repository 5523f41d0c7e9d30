import AMQPSource
import EventAPI
import Fanfare
import Logging
import Testing

@testable import fanfare

@Suite struct SettingsTests {
  @Test func `without any source every key has its default`() throws {
    let settings = try SettingsInput().read().usable()
    #expect(settings.dataDirectory == "./data")
    #expect(settings.storePath == "./data/fanfare.db")
    #expect(settings.amqp.urls.isEmpty)
    #expect(settings.amqp.exchanges == ["inventory.events", "state.events", "platform.events"])
    #expect(settings.amqp.queue == "fanfare.events")
    #expect(settings.amqp.prefetch == 512)
    #expect(settings.amqp.declares)
    #expect(settings.httpListen == .init(host: "127.0.0.1", port: 8080))
    #expect(settings.internalListen.description == "127.0.0.1:8081")
    #expect(settings.internalToken == nil)
    #expect(settings.delivery.retrySchedule.map(\.text) == ["5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "1d"])
    #expect(settings.delivery.timeout == .seconds(15))
    #expect(settings.delivery.concurrency == 256)
    #expect(settings.delivery.perEndpointConcurrency == 16)
    #expect(settings.delivery.allowNetworks.isEmpty)
    #expect(settings.delivery.proxy == nil)
    #expect(!settings.delivery.requiresHTTPS)
    #expect(settings.events.maxBytes == 1_048_576)
    #expect(settings.events.extraTypes.isEmpty)
    #expect(settings.events.unknownTypes == .accept)
    #expect(settings.events.defaultVisibility == .restricted)
    #expect(settings.http.requestLimit == nil)
    #expect(settings.auth.anonymous == .deny)
    #expect(settings.auth.jwksFile == nil && settings.auth.jwksURL == nil && settings.auth.jwtSecret == nil)
    #expect(settings.auth.jwtRules.issuer == nil && settings.auth.jwtRules.audience == nil)
    #expect(settings.auth.jwtRules.leeway == .seconds(60))
    #expect(settings.auth.jwtRules.groupsClaim == "groups")
    #expect(settings.auth.jwtRules.rolesClaim == "roles")
    #expect(settings.auth.jwtRules.usernameClaim == "preferred_username")
    #expect(settings.auth.jwtRules.adminGroups.isEmpty)
    #expect(
      settings.retention == [.attempts: .seconds(90 * 86_400), .quarantine: .seconds(90 * 86_400), .idempotency: .seconds(30 * 86_400)])
    #expect(settings.log.level == .info)
    #expect(settings.log.format == .auto)
  }

  @Test func `every key's default is one of its allowed values`() {
    for entry in SettingsKeys.all {
      if let text = entry.defaultText { #expect(entry.fits(.scalar(text)), "\(entry.name)") }
    }
  }

  @Test func `no key is left out of the table or stands in it twice`() {
    let names = SettingsKeys.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(SettingsKeys.all.map(\.environmentVariable)).count == names.count)
    #expect(names.count == 52)
  }

  @Test func `a flag goes before a variable, a variable before the file, the file before the default`() throws {
    let directory = try TestDirectory()
    let file = try directory.write("amqp:\n  prefetch: 1\n  queue: of-the-file\nlog.level: debug\n", to: "fanfare.yaml")
    var input = SettingsInput(file: file)
    #expect(try input.read().usable().amqp.prefetch == 1)
    input.environment["FANFARE_AMQP_PREFETCH"] = "2"
    #expect(try input.read().usable().amqp.prefetch == 2)
    input.flags["amqp.prefetch"] = "3"
    let outcome = input.read()
    let settings = try outcome.usable()
    #expect(settings.amqp.prefetch == 3)
    #expect(settings.amqp.queue == "of-the-file")
    #expect(settings.log.level == .debug)
    #expect(outcome.reading.found(for: SettingsKeys.amqpPrefetch.entry)?.origin == "--set")
    #expect(outcome.reading.found(for: SettingsKeys.amqpQueue.entry)?.origin == "\(file), line 3")
  }

  @Test func `the file may be named by FANFARE_CONFIG, and --config goes before it`() throws {
    let directory = try TestDirectory()
    let one = try directory.write("amqp: {queue: one}", to: "one.yaml")
    let two = try directory.write("amqp: {queue: two}", to: "two.yaml")
    var input = SettingsInput(environment: ["FANFARE_CONFIG": one])
    #expect(try input.read().usable().amqp.queue == "one")
    input.file = two
    #expect(try input.read().usable().amqp.queue == "two")
  }

  @Test func `the variable of a key is what swift-configuration looks for`() throws {
    for entry in SettingsKeys.all {
      let source = SettingsSource.environment([entry.environmentVariable: "x"])
      #expect(source.value(of: entry)?.text == .scalar("x"), "\(entry.environmentVariable)")
    }
    #expect(SettingsKeys.perEndpointConcurrency.entry.environmentVariable == "FANFARE_DELIVERY_PER_ENDPOINT_CONCURRENCY")
    #expect(SettingsKeys.jwksURL.entry.environmentVariable == "FANFARE_AUTH_JWT_JWKS_URL")
  }

  @Test func `lists are comma-separated lines or YAML arrays`() throws {
    let directory = try TestDirectory()
    let file = try directory.write(
      """
      amqp:
        url: [amqp://a, "amqps://b:5671/vhost"]
        exchanges: "x, y"
      delivery:
        retrySchedule: [1s, 250ms]
        allowNetworks:
          - 127.0.0.0/8
          - "::1/128"
      """, to: "fanfare.yaml")
    let settings = try SettingsInput(file: file).read().usable()
    #expect(settings.amqp.urls.map(\.host) == ["a", "b"])
    #expect(settings.amqp.exchanges == ["x", "y"])
    #expect(settings.delivery.retrySchedule == [.seconds(1), .milliseconds(250)])
    #expect(settings.delivery.allowNetworks == [try CIDR(parsing: "127.0.0.0/8"), try CIDR(parsing: "::1/128")])
  }

  @Test func `every fault is named at once, with its key, its value, its place and what is allowed`() throws {
    let directory = try TestDirectory()
    let file = try directory.write(
      """
      amqp:
        prefech: 12
        prefetch: many
      http:
        listen: [a, b]
      internal:
        listen: 0.0.0.0:8081
      retention:
        events: soon
      nonsense: 1
      """, to: "fanfare.yaml")
    var input = SettingsInput(environment: ["FANFARE_EVENTS_MAX_BYTES": "12", "FANFARE_LOG_LEVLE": "debug"], file: file)
    input.flags = ["delivery.timeout": .init("99h", name: "--set"), "data.dir": "x"]
    input.malformedFlags = ["foo"]
    let faults = input.read().faults
    let expected = [
      "--set foo is not of the form key=value",
      "data.dir (from --set) is not a key; did you mean data.directory?",
      "the environment variable FANFARE_LOG_LEVLE belongs to no key; did you mean FANFARE_LOG_LEVEL?",
      "nonsense (from \(file), line 10) is not a key; fanfare check-config lists the keys",
      "amqp.prefech (from \(file), line 2) is not a key; did you mean amqp.prefetch?",
      "amqp.prefetch is \"many\" (from \(file), line 3); it must be a whole number from 1 to 65535",
      "http.listen is \"a,b\" (from \(file), line 5); it must be host:port, like 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080",
      "delivery.timeout is \"99h\" (from --set); it must be a duration from 100ms to 10m, like 15s, 5m, 2h or 90d",
      "events.maxBytes is \"12\" (from FANFARE_EVENTS_MAX_BYTES); it must be a whole number from 1024 to 134217728",
      "retention.events is \"soon\" (from \(file), line 9); it must be a duration from 1s to 36500d, like 15s, 5m, 2h or 90d",
      "internal.listen is 0.0.0.0:8081, which other machines can reach: set internal.token, or listen on a loopback address",
    ]
    for sentence in expected { #expect(faults.contains(sentence), "\(sentence)") }
    #expect(faults.count == expected.count, "\(faults)")
    let error = #expect(throws: SentenceError.self) { try input.read().usable() }
    #expect(error?.description.hasPrefix("11 faults in the configuration:") == true)
  }

  @Test func `a file that is missing, no YAML or no mapping is a fault`() throws {
    let directory = try TestDirectory()
    let missing = SettingsInput(file: "\(directory.path)/none.yaml").read().faults
    #expect(missing == ["the configuration file \(directory.path)/none.yaml cannot be read: No such file or directory"])
    for (text, part) in [
      ("a: [", "is not YAML"), ("- a\n- b\n", "is not a mapping"), ("log: {level: info}\nlog: {format: text}\n", "stands twice"),
      ("amqp:\n  exchanges: [[a]]\n", "must be a value or an array of values"),
    ] {
      let faults = SettingsInput(file: try directory.write(text, to: "bad.yaml")).read().faults
      #expect(faults.count == 1)
      #expect(faults.first?.contains(part) == true, "\(faults)")
    }
  }

  @Test(arguments: ["", "# nothing here\n", "amqp:\n  #url:\nlog:\n", "amqp:\n  url: null\nlog: ~\n"])
  func `a file in which nothing is set changes nothing`(text: String) throws {
    let directory = try TestDirectory()
    let settings = try SettingsInput(file: try directory.write(text, to: "fanfare.yaml")).read().usable()
    #expect(settings.amqp.urls.isEmpty)
  }

  @Test func `an empty variable is as good as none, and an empty flag takes away what is optional`() throws {
    var input = SettingsInput(environment: ["FANFARE_AMQP_URL": "", "FANFARE_LOG_LEVEL": ""])
    #expect(try input.read().usable().log.level == .info)
    input.environment = ["FANFARE_AMQP_URL": "amqp://broker"]
    input.flags["amqp.url"] = ""
    #expect(try input.read().usable().amqp.urls.isEmpty)
    input.flags = ["log.level": ""]
    #expect(throws: SentenceError.self) { try input.read().usable() }
  }

  @Test func `variables of the commands, of tests and of Kubernetes are let be`() throws {
    let variables = [
      "FANFARE_URL": "x", "FANFARE_TOKEN": "x", "FANFARE_TEST_AMQP_URL": "x", "FANFARE_PORT": "tcp://10.0.0.1:80",
      "FANFARE_PORT_80_TCP": "x", "FANFARE_SERVICE_HOST": "10.0.0.1", "PATH": "/bin",
    ]
    #expect(SettingsInput(environment: variables).read().faults.isEmpty)
  }

  @Test func `an internal listener that others can reach needs a token`() throws {
    var input = SettingsInput(flags: ["internal.listen": "0.0.0.0:8081"])
    #expect(input.read().faults.count == 1)
    input.flags["internal.token"] = "secret-of-the-door"
    #expect(try input.read().usable().internalToken == "secret-of-the-door")
    for loopback in ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1"] {
      #expect(SettingsInput(flags: ["internal.listen": .init(loopback, name: "--set")]).read().faults.isEmpty, "\(loopback)")
    }
  }

  @Test func `the public listener has limits, and no TLS, proxies or other origins unless they are set`() throws {
    let plain = try SettingsInput().read().usable().http
    #expect(plain.tls == nil)
    #expect(plain.trustedProxies.isEmpty)
    #expect(plain.crossOrigin == CrossOrigin())
    #expect(plain.limits == ListenerLimits())
    let set = try SettingsInput(
      flags: [
        "http.tls.certificate": "/c.pem", "http.tls.key": "/k.pem", "http.trustedProxies": "10.0.0.0/8, fd00::/8",
        "http.cors.origins": "https://Console.example.com, http://localhost:3000", "http.maxConnections": "7", "http.idleTimeout": "1s",
        "http.headerTimeout": "2s", "http.bodyTimeout": "3s",
      ]
    ).read().usable().http
    #expect(set.tls == Settings.TLS(certificate: "/c.pem", key: "/k.pem"))
    #expect(set.trustedProxies == [try CIDR(parsing: "10.0.0.0/8"), try CIDR(parsing: "fd00::/8")])
    #expect(set.crossOrigin == CrossOrigin(origins: ["https://console.example.com", "http://localhost:3000"]))
    #expect(
      set.limits == ListenerLimits(maxConnections: 7, idleTimeout: .seconds(1), headerTimeout: .seconds(2), bodyTimeout: .seconds(3)))
  }

  @Test func `half of TLS is a fault, and so is an origin that no browser sends`() {
    let faults = SettingsInput(flags: ["http.tls.key": "/k.pem"]).read().faults
    #expect(faults == ["http.tls.certificate and http.tls.key belong together: set both, or none"])
    for origin in ["console.example.com", "https://", "https://x.example/", "ftp://x.example", "https://*.example.com", "https://a b"] {
      #expect(SettingsInput(flags: ["http.cors.origins": .init(origin, name: "--set")]).read().faults.count == 1, "\(origin)")
    }
  }

  @Test func `both listeners on one address is a fault`() {
    let faults = SettingsInput(flags: ["http.listen": "127.0.0.1:8081"]).read().faults
    #expect(faults == ["http.listen and internal.listen are both 127.0.0.1:8081: give one of them another port"])
  }

  @Test(arguments: ["8080", ":8080", "host:", "host:65536", "host:-1", "::1:8080", "[127.0.0.1]:80", "a/b:80", "u@h:80", "host:8o"])
  func `what is no address is refused`(text: String) {
    #expect(SettingsInput(flags: ["http.listen": .init(text, name: "--set")]).read().faults.count == 1)
  }

  @Test func `postgres is refused with a sentence that says it is not there yet`() {
    let faults = SettingsInput(flags: ["store.url": "postgres://fanfare:geheim@db/fanfare"]).read().faults
    #expect(faults.count == 1)
    #expect(faults.first?.contains("postgres:// is not there yet") == true)
    #expect(faults.first?.contains("geheim") == false)
  }

  @Test func `events are removed only if somebody says so`() throws {
    #expect(try SettingsInput(flags: ["retention.events": "30d"]).read().usable().retention[.events] == .seconds(30 * 86_400))
    #expect(try SettingsInput().read().usable().retention[.events] == nil)
  }

  @Test func `a failpoint that is not there is a fault of the configuration`() {
    let faults = SettingsInput(environment: ["FANFARE_FAILPOINT": "committed:2,nowhere"]).read().faults
    #expect(faults.count == 1)
    #expect(faults.first?.hasPrefix("there is no failpoint \"nowhere\"") == true)
    #expect(SettingsInput(environment: ["FANFARE_FAILPOINT": "committed:2"]).read().faults.isEmpty)
  }
}
