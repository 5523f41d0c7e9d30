import Fanfare
import RandomFixture

/// Events of about 430 bytes as a deployment tool would tell them: a hundred deployments, fifty users, one of twenty groups each.
struct Producer {
  enum Ids: String, CaseIterable {
    /// In the order of time.
    case ksuid
    /// Random, version 4.
    case uuid
  }

  static let start = Timestamp(seconds: 1_790_000_000)
  static let deployments = 100

  let ids: Ids
  /// How many events there were so far, and how many bytes they have as JSON.
  private(set) var made = 0
  private(set) var bytes = 0
  private var random: SeededGenerator
  private var ksuids = KSUIDGenerator()

  init(ids: Ids, seed: UInt64) {
    self.ids = ids
    random = SeededGenerator(seed: seed)
  }

  static func place(_ deployment: Int) -> StatePlace {
    StatePlace(
      project: "project-\(deployment / 20)", environment: deployment.isMultiple(of: 2) ? "live" : "test",
      deployment: "service-\(deployment)")
  }

  mutating func next() -> Arrival {
    // A thousand a second.
    let occurredAt = Self.start + .milliseconds(made)
    made += 1
    let place = Self.place(Int(random.next() % UInt64(Self.deployments)))
    let (user, group) = ("user-\(random.next() % 50)", "team-\(random.next() % 20)")
    let data =
      #"{"status":"done","revision":"\#(random.next())","duration":\#(random.next() % 900),"image":"registry.example/shop/web@sha256:\#(random.next())\#(random.next())","message":"Rolled out by the pipeline, all checks passed"}"#
    let event = Event(
      id: id(at: occurredAt), type: EventType(random.next() % 2 == 0 ? "CREATE_STATE_DEPLOYMENT" : "UPDATE_STATE_DEPLOYMENT"),
      occurredAt: occurredAt, receivedAt: occurredAt + .milliseconds(2), username: user, audience: Audience([group]),
      path: EventPath(state: place), data: Array(data.utf8))
    let body =
      #"{"id":"\#(event.id)","type":"\#(event.type.name)","timestamp":\#(occurredAt.nanoseconds),"username":"\#(user)","allowed_groups":["\#(group)"],"state_project":"\#(place.project)","state_environment":"\#(place.environment ?? "")","state_deployment":"\#(place.deployment ?? "")","data":\#(data)}"#
    bytes += body.utf8.count
    return .event(event, Origin(door: .amqp(exchange: "state.events", routingKey: "deployment"), raw: []))
  }

  private mutating func id(at time: Timestamp) -> String {
    switch ids {
    case .ksuid: return ksuids.next(at: time, using: &random).description
    case .uuid:
      let (high, low) = (random.next() & ~0xF000 | 0x4000, random.next() & ~(3 << 62) | 2 << 62)
      let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
      var text = ""
      for (index, digit) in digits.enumerated() {
        if [8, 12, 16, 20].contains(index) { text.append("-") }
        text.append(digit)
      }
      return text
    }
  }

  private static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
