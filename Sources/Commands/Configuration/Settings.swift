import AMQPSource
import EventAPI
import Fanfare
import HTTPDelivery
import Logging

/// The configuration as the service uses it: checked, typed, complete.
struct Settings: Sendable {
  var dataDirectory: String
  var store: Store
  var amqp: AMQP
  /// The public API.
  var httpListen: ListenAddress
  var http: HTTP
  var internalListen: ListenAddress
  var internalToken: String?
  var delivery: Delivery
  var events: Events
  var stream: Stream
  var auth: Auth
  /// How long what is kept; what has no limit is kept for ever.
  var retention: [RetainedKind: Duration]
  var log: Log

  struct AMQP: Sendable {
    /// Tried in turn; empty if there is no broker.
    var urls: [AMQPURL]
    var exchanges: [String]
    var queue: String
    var prefetch: Int
    /// Whether to declare the topology; else it is only checked.
    var declares: Bool
  }

  struct Delivery: Sendable {
    var retrySchedule: [Duration]
    var timeout: Duration
    var concurrency: Int
    var perEndpointConcurrency: Int
    var allowNetworks: [CIDR]
    var proxy: ProxyURL?
    var requiresHTTPS: Bool
    var pauseAfter: Duration
  }

  struct Events: Sendable {
    var maxBytes: Int
    var extraTypes: [String]
    var unknownTypes: UnknownTypes
    var defaultVisibility: DefaultVisibility
  }

  struct Stream: Sendable {
    var maximumConnections: Int
    var heartbeat: Duration
    var slowClientTimeout: Duration
  }

  struct Log: Sendable {
    var level: LogLevel
    var format: LogFormat
  }

  /// Where events are stored.
  enum Store: Hashable, Sendable {
    /// Nil for the file in the data directory.
    case sqlite(path: String?)

    init?(_ text: String) {
      guard text.hasPrefix("sqlite:"), !text.utf8.contains(0) else { return nil }
      let path = text.dropFirst("sqlite:".count)
      self = .sqlite(path: path.isEmpty ? nil : String(path))
    }
  }

  typealias UnknownTypes = EventDecoder.UnknownTypes
  enum Anonymous: String, Sendable, CaseIterable { case deny, `public` }
  enum LogFormat: String, Sendable, CaseIterable { case auto, text, json }
  typealias LogLevel = Logger.Level

  /// The store's file.
  var storePath: String {
    switch store {
    case .sqlite(let path): path ?? "\(dataDirectory)/fanfare.db"
    }
  }

  var adminTokenPath: String { "\(dataDirectory)/admin.token" }
}

extension Settings {
  /// Takes every key's value out of a reading, so that every fault is found.
  init(from reading: inout SettingsReading) {
    dataDirectory = reading.value(SettingsKeys.dataDirectory)
    store = reading.value(SettingsKeys.storeURL)
    amqp = AMQP(
      urls: reading.list(SettingsKeys.amqpURL), exchanges: reading.list(SettingsKeys.amqpExchanges),
      queue: reading.value(SettingsKeys.amqpQueue), prefetch: reading.value(SettingsKeys.amqpPrefetch),
      declares: reading.value(SettingsKeys.amqpDeclare))
    httpListen = reading.value(SettingsKeys.httpListen)
    http = HTTP(from: &reading)
    internalListen = reading.value(SettingsKeys.internalListen)
    internalToken = reading.optional(SettingsKeys.internalToken)
    delivery = Delivery(
      retrySchedule: reading.list(SettingsKeys.retrySchedule), timeout: reading.value(SettingsKeys.deliveryTimeout),
      concurrency: reading.value(SettingsKeys.deliveryConcurrency),
      perEndpointConcurrency: reading.value(SettingsKeys.perEndpointConcurrency), allowNetworks: reading.list(SettingsKeys.allowNetworks),
      proxy: reading.optional(SettingsKeys.deliveryProxy), requiresHTTPS: reading.value(SettingsKeys.requireHTTPS),
      pauseAfter: reading.value(SettingsKeys.pauseAfter))
    events = Events(
      maxBytes: reading.value(SettingsKeys.maxBytes), extraTypes: reading.list(SettingsKeys.extraTypes),
      unknownTypes: reading.value(SettingsKeys.unknownTypes), defaultVisibility: reading.value(SettingsKeys.defaultVisibility))
    stream = Stream(
      maximumConnections: reading.value(SettingsKeys.maxStreams), heartbeat: reading.value(SettingsKeys.streamHeartbeat),
      slowClientTimeout: reading.value(SettingsKeys.slowClientTimeout))
    auth = Auth(from: &reading)
    retention = [
      .attempts: reading.value(SettingsKeys.retentionAttempts), .quarantine: reading.value(SettingsKeys.retentionQuarantine),
      .idempotency: reading.value(SettingsKeys.retentionIdempotency),
    ]
    retention[.events] = reading.optional(SettingsKeys.retentionEvents)
    log = Log(level: reading.value(SettingsKeys.logLevel), format: reading.value(SettingsKeys.logFormat))
    reading.checkRest()
  }

  /// What is wrong between keys that are right by themselves.
  var contradictions: [String] {
    var found = http.contradictions
    if !internalListen.isLoopback, internalToken == nil {
      found.append(
        "internal.listen is \(internalListen), which other machines can reach: set internal.token, or listen on a loopback address")
    }
    if httpListen == internalListen, httpListen.port != 0 {
      found.append("http.listen and internal.listen are both \(httpListen): give one of them another port")
    }
    return found + auth.contradictions
  }
}
