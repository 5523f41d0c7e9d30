import PlainMatcher
import RandomFixture
import Reckoning

/// What producers send in a round, and who has subscribed to what.
///
/// Mostly events that differ; some that are sent twice, some that contradict an earlier one under its id, some that cannot be read.
struct Traffic {
  /// What one message is about.
  struct Message: Sendable {
    let exchange: String
    /// Nil for what cannot be read.
    let event: String?
    let text: String
  }

  /// The path of a subscription's URL is its id.
  static func subscriptions(at url: String) throws -> [PlainSubscription] {
    let documents = [
      #"{"id":"all","type":"webhook","url":"\#(url)/all"}"#,
      #"{"id":"failing","type":"webhook","url":"\#(url)/failing","filters":[{"path":"/data/even","is_equal_to":true}]}"#,
      #"{"id":"slow","type":"webhook","url":"\#(url)/slow","events":["ADD_BUILD"]}"#,
      #"{"id":"ordered","type":"webhook","url":"\#(url)/ordered","events":["*_STATE_DEPLOYMENT"],"ordering":"entity"}"#,
      #"{"id":"alarms","type":"webhook","url":"\#(url)/alarms","events":["DELIVERY_DEAD"]}"#,
    ]
    return try documents.map { try PlainSubscription($0, side: .project, project: project) }
  }

  static let project = "shop"

  private static let types = ["ADD_BUILD", "CREATE_STATE_DEPLOYMENT", "UPDATE_STATE_DEPLOYMENT", "UPLOAD_INVENTORY_APPLICATION"]

  private var generator: SeededGenerator
  private var count = 0
  /// The first message of each event.
  private var originals: [(id: String, message: Message)] = []

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func messages(_ count: Int) -> [Message] {
    (0..<count).map { _ in message() }
  }

  /// Events for the HTTP door, which answers what it cannot take.
  mutating func documents(_ count: Int) -> [Message] {
    (0..<count).map { _ in
      self.count += 1
      return event("h-\(self.count)", number: self.count)
    }
  }

  /// One that no subscription is for: once it is stored, so is all that was sent before it.
  mutating func sentinel() -> Message {
    count += 1
    return Self.sentinel("sentinel-\(count)")
  }

  static func sentinel(_ id: String) -> Message {
    Message(exchange: "platform.events", event: id, text: #"{"id":"\#(id)","type":"USER_SIGNUP"}"#)
  }

  private mutating func message() -> Message {
    count += 1
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<5: return Message(exchange: "state.events", event: nil, text: "{ this is no event: \(count)")
    case 5..<10: if let earlier = originals.randomElement(using: &generator) { return earlier.message }
    case 10..<12: if let earlier = originals.randomElement(using: &generator) { return event(earlier.id, number: 1_000_000 + count) }
    default: break
    }
    let id = "e-\(count)"
    let original = event(id, number: count)
    originals.append((id, original))
    return original
  }

  private mutating func event(_ id: String, number: Int) -> Message {
    let type = Self.types.randomElement(using: &generator) ?? ""
    let isInventory = type.contains("INVENTORY")
    let project = Int.random(in: 0..<12, using: &generator) == 0 ? "elsewhere" : Self.project
    let entity = Int.random(in: 0..<5, using: &generator)
    let place =
      isInventory
      ? #""inventory_project":"\#(project)","inventory_application":"a\#(entity)","inventory_version":"1.\#(number)""#
      : #""state_project":"\#(project)","state_environment":"live","state_deployment":"d\#(entity)""#
    let text = String(repeating: "x", count: Int.random(in: 0..<200, using: &generator))
    return Message(
      exchange: isInventory ? "inventory.events" : "state.events", event: id,
      text: #"{"id":"\#(id)","type":"\#(type)",\#(place),"data":{"number":\#(number),"even":\#(number % 2 == 0),"text":"\#(text)"}}"#)
  }
}

/// How the receivers of a round answer: by what they are asked, so that a seed repeats it.
enum Manners {
  /// - Parameters:
  ///   - event: its id; of the service's own events it is the name of nothing that repeats.
  ///   - earlier: how often the same delivery has been asked for.
  static func answer(to subscription: String, event: String, earlier: Int) -> (status: Int, milliseconds: Int64) {
    let number = event.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    switch subscription {
    case "slow": return (204, 15)
    case "failing":
      switch number % 16 {
      // Until the schedule is used up, once; once; for ever and at once. Many that never got through would make the endpoint look dead, and
      // a round that asks for them again would wait for its probes.
      case 0: return (earlier < 3 ? 503 : 204, 0)
      case 1, 2: return (earlier == 0 ? 500 : 204, 0)
      case 3: return (404, 0)
      default: return (204, 0)
      }
    case "ordered": return (number % 24 == 0 && earlier == 0 ? 502 : 204, 0)
    default: return (204, 0)
    }
  }

  /// The same, but nothing is tried in vain until its schedule is used up: where many of those come at once, they make the endpoint look
  /// dead, and a round would wait for its probes.
  static func answerInTheEnd(to subscription: String, event: String, earlier: Int) -> (status: Int, milliseconds: Int64) {
    let answer = answer(to: subscription, event: event, earlier: earlier)
    return answer.status == 503 && earlier > 0 ? (204, 0) : answer
  }
}
