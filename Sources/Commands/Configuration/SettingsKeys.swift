import AMQPSource
import EventAPI
import Fanfare

/// Every key of the configuration. This table is the single source: what is not in it does not exist.
enum SettingsKeys {
  static let dataDirectory = SettingsKey(
    "data.directory", default: "./data", .path,
    "The directory of the embedded store, of admin.token and of secrets.key; made if it is not there.")
  static let storeURL = SettingsKey(
    "store.url", default: "sqlite:", .store, "Where events are stored; sqlite: is fanfare.db in the data directory.")

  static let amqpURL = SettingsKey(
    "amqp.url", .brokers,
    "The broker; several URLs are tried in turn. Without it only the HTTP door is open, and the log says so.")
  static let amqpExchanges = SettingsKey(
    "amqp.exchanges", default: "inventory.events,state.events,platform.events", .names,
    "Durable topic exchanges to declare, and to bind the queue to with #.")
  static let amqpQueue = SettingsKey("amqp.queue", default: "fanfare.events", .name, "The durable quorum queue that events are read from.")
  static let amqpPrefetch = SettingsKey(
    "amqp.prefetch", default: "512", .integer(1...65_535), "How many unacknowledged messages the broker hands out: the bound of a commit.")
  static let amqpDeclare = SettingsKey(
    "amqp.declare", default: "true", .boolean, "Declare exchanges, queues and bindings; false only checks that they are there.")

  static let httpListen = SettingsKey(
    "http.listen", default: "127.0.0.1:8080", .address, "Where the public API, health and metrics listen; port 0 takes any that is free.")
  static let internalListen = SettingsKey(
    "internal.listen", default: "127.0.0.1:8081", .address,
    "Where /internal/create-event listens; on another address than loopback internal.token is required.")
  static let internalToken = SettingsKey("internal.token", .token, "The secret that the internal door asks for.", isSecret: true)

  static let retrySchedule = SettingsKey(
    "delivery.retrySchedule", default: "5s,5m,30m,2h,5h,10h,14h,20h,24h", .durations(upTo: .seconds(30 * 86_400)),
    "The delay before each retry, give or take 20 %; after the last one a delivery is dead.")
  static let deliveryTimeout = SettingsKey(
    "delivery.timeout", default: "15s", .duration(from: .milliseconds(100), to: .seconds(600)), "How long a whole attempt may take.")
  static let deliveryConcurrency = SettingsKey(
    "delivery.concurrency", default: "256", .integer(1...10_000), "Attempts in flight at once, over all endpoints.")
  static let perEndpointConcurrency = SettingsKey(
    "delivery.perEndpointConcurrency", default: "16", .integer(1...10_000), "Attempts in flight at once to one endpoint.")
  static let allowNetworks = SettingsKey(
    "delivery.allowNetworks", .networks,
    "Networks that may be delivered to although their addresses are private, loopback, link-local or otherwise special.")
  static let deliveryProxy = SettingsKey(
    "delivery.proxy", .proxy,
    "A proxy that all deliveries go through; never taken from http_proxy. What names resolve to is then the proxy's to limit.")
  static let requireHTTPS = SettingsKey("delivery.requireHttps", default: "false", .boolean, "Refuse subscriptions to http:// URLs.")

  static let pauseAfter = SettingsKey(
    "delivery.pauseAfter", default: "5d", .duration(from: .seconds(1), to: .seconds(366 * 86_400)),
    "How long an endpoint may fail without a success before its subscriptions are paused.")

  static let maxBytes = SettingsKey(
    "events.maxBytes", default: "1048576", .integer(1024...134_217_728), "The largest event in bytes; larger ones are quarantined.")
  static let extraTypes = SettingsKey("events.extraTypes", .names, "Event types that are known beyond the built-in ones.")
  static let unknownTypes = SettingsKey(
    "events.unknownTypes", default: "accept", SettingsKind<Settings.UnknownTypes>.choice,
    "What happens to events of unknown types: accept stores and marks them, quarantine sets them aside.")
  static let defaultVisibility = SettingsKey(
    "events.defaultVisibility", default: "restricted", SettingsKind<DefaultVisibility>.choice,
    "Who sees events that name no group: admins and the acting user, everybody who is known, or everybody.")

  static let maxStreams = SettingsKey(
    "stream.maxConnections", default: "256", .integer(1...10_000), "Live streams at once; one more is answered 503.")
  static let streamHeartbeat = SettingsKey(
    "stream.heartbeat", default: "15s", .duration(from: .milliseconds(100), to: .seconds(50)),
    "How often a live stream sends a comment, which keeps quiet lines open.")
  static let slowClientTimeout = SettingsKey(
    "stream.slowClientTimeout", default: "30s", .duration(from: .milliseconds(100), to: .seconds(600)),
    "How long a client of a live stream or an export may take nothing before it is cut off.")

  static let retentionEvents = SettingsKey(
    "retention.events", .retention,
    "How long events are kept after they came in, with their deliveries; for ever if not set. Those that a delivery waits for stay.")
  static let retentionAttempts = SettingsKey(
    "retention.attempts", default: "90d", .retention, "How long the attempts of settled deliveries are kept.")
  static let retentionQuarantine = SettingsKey(
    "retention.quarantine", default: "90d", .retention, "How long quarantined messages are kept.")
  static let retentionIdempotency = SettingsKey(
    "retention.idempotency", default: "30d", .retention,
    "How long the ids of events that were removed are remembered: until then a late duplicate is not stored again.")

  static let logLevel = SettingsKey("log.level", default: "info", SettingsKind<Settings.LogLevel>.choice, "The least level that is logged.")
  static let logFormat = SettingsKey(
    "log.format", default: "auto", SettingsKind<Settings.LogFormat>.choice, "auto is text on a terminal and JSON otherwise.")

  /// In the order of the documentation.
  static let all: [SettingsEntry] =
    [
      dataDirectory.entry, storeURL.entry, amqpURL.entry, amqpExchanges.entry, amqpQueue.entry, amqpPrefetch.entry, amqpDeclare.entry,
      httpListen.entry,
    ] + http + [
      internalListen.entry, internalToken.entry, retrySchedule.entry, deliveryTimeout.entry, deliveryConcurrency.entry,
      perEndpointConcurrency.entry, allowNetworks.entry, deliveryProxy.entry, requireHTTPS.entry, pauseAfter.entry, maxBytes.entry,
      extraTypes.entry,
      unknownTypes.entry,
      defaultVisibility.entry, maxStreams.entry, streamHeartbeat.entry, slowClientTimeout.entry,
    ] + auth + [
      retentionEvents.entry, retentionAttempts.entry, retentionQuarantine.entry, retentionIdempotency.entry, logLevel.entry,
      logFormat.entry,
    ]
}

extension SettingsKind where Value == Duration {
  fileprivate static var retention: Self { .duration(from: .seconds(1), to: .seconds(36_500 * 86_400)) }
}
