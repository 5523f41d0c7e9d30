import AMQPSource
import Fanfare

/// Looks whether the broker has what events come in over.
struct BrokerVisit: Sendable {
  let settings: Settings.AMQP
  let service: ServiceVisit.Presence

  func finding() async -> Finding {
    if settings.urls.isEmpty {
      if service.usesBroker {
        return Finding(
          "broker", .warning, "the service has a broker, and amqp.url is not set here: the broker was not looked at",
          advice: "Give doctor the service's configuration: name its file with --config, or set the environment that the service has.")
      }
      return Finding("broker", "amqp.url is not set: events come in over HTTP only")
    }
    do {
      let broker = try await BrokerInspection.look(at: settings.configuration)
      return broker.faults.isEmpty ? sound(broker) : unfit(broker.faults)
    } catch let unavailable as BrokerUnavailable {
      return Finding("broker", .fault, unavailable.description, advice: advice(for: unavailable))
    } catch {
      return Finding("broker", .fault, "\(error)", advice: "See the broker's log.")
    }
  }

  private func sound(_ broker: BrokerInspection) -> Finding {
    let text = """
      \(broker.broker) has what it must have; \(broker.waiting) wait in \(settings.queue), \(broker.published) are in fanfare.dead \
      (dead letters and what is in quarantine, for whoever reads there)
      """
    if service.isServing, broker.consumers == 0 {
      return Finding(
        "broker", .fault, "\(text); nobody consumes from \(settings.queue)",
        advice: "See amqp in the service's health; does the service have the same amqp.url?")
    }
    return Finding("broker", text)
  }

  // MARK: Exchanges and queues

  private func unfit(_ faults: [TopologyFault]) -> Finding {
    let observation = faults.map(\.description).joined(separator: ". ")
    var advice: [String] = []
    let missing = faults.filter { $0.cause == .missing }
    if !missing.isEmpty { advice.append(making) }
    if missing.contains(where: { $0.kind == .queue && $0.name == settings.queue }) {
      advice.append(
        "What is published until then is lost: the broker confirms it and drops it, since no queue takes it; only a producer that "
          + "publishes with 'mandatory' gets it back.")
    } else if missing.contains(where: { $0.kind == .exchange && settings.exchanges.contains($0.name) }) {
      advice.append(
        "Until then the broker refuses what is published there; and if somebody else makes the exchange without the queue's binding, it "
          + "confirms what is published and drops it.")
    }
    if missing.contains(where: { $0.name == "fanfare.dead" }) {
      advice.append("What is to be published to fanfare.dead waits in the store.")
    }
    if let url = settings.urls.first, faults.contains(where: { $0.cause == .forbidden }) { advice.append(Self.permission(url)) }
    if faults.contains(where: { $0.cause == .different }) {
      advice.append("What is in a queue goes with it: let it run empty before it is deleted.")
    }
    return Finding("broker", .fault, observation, advice: advice.joined(separator: " "))
  }

  private var making: String {
    if !settings.declares {
      return "Make what is missing (each exchange bound to \(settings.queue) with the key #), or set amqp.declare to true and restart the "
        + "service."
    }
    return service.isServing
      ? "The service makes what is missing when it connects: restart it, and see whether amqp.queue and amqp.exchanges are the same there."
      : "Start the service, which makes what is missing."
  }

  // MARK: No broker

  private func advice(for unavailable: BrokerUnavailable) -> String {
    let (url, reason) = (unavailable.url, unavailable.reason)
    let place = "\(url.host):\(url.port)"
    let (user, host) = (Self.quoted(url.user), Self.quoted(url.virtualHost))
    switch reason.code {
    case .refusedLogin where reason.nativeCode == 403:
      let distant = url.user == "guest" ? " The user guest may log in only from the machine that the broker runs on." : ""
      return "Check the user and the password of amqp.url ('rabbitmqctl authenticate_user \(user)' asks the broker).\(distant) \(Self.kept)"
    case .refusedLogin where reason.description.contains("not found"):
      return "Check the virtual host, the path of amqp.url, or make it: rabbitmqctl add_vhost \(host)"
    case .refusedLogin where reason.description.contains("refused for user"): return "\(Self.permission(url)) \(Self.kept)"
    case .refusedLogin: return "See the broker's log. \(Self.kept)"
    case .tls:
      return """
        See the broker's certificate: openssl s_client -connect \(place) -showcerts. It must not have expired; its authority is named by \
        cacertfile in amqp.url, the name in it by server_name_indication. \(Self.kept)
        """
    case .unreachable:
      return "Is the broker running at \(place) ('rabbitmqctl status' there), and may this machine connect to it? \(Self.kept)"
    case .topology, .connectionLost, .closedByBroker, .consumerCancelled, .confirmsMissing, .notConnected, .stopped:
      return "See the broker's log, and try again. \(Self.kept)"
    }
  }

  /// What is true as long as the queue is there.
  private static let kept = "Nothing comes in meanwhile; what is in its queue, the broker keeps."

  private static func permission(_ url: AMQPURL) -> String {
    "Give the user its permissions: rabbitmqctl set_permissions -p \(quoted(url.virtualHost)) \(quoted(url.user)) '.*' '.*' '.*'"
  }

  /// As a shell takes it for one word.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & ~0x20) || "/._-".utf8.contains($0) }
    return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }
}
