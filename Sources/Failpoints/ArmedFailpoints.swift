#if FAILPOINTS
import Glibc
import Synchronization

/// The failpoints of this process that do something, from its environment.
@usableFromInline
struct ArmedFailpoints: Sendable {
  private enum Action {
    case kill
    case fail(times: Int)
  }

  private final class Armed: Sendable {
    let failpoint: Failpoint
    /// The time it is reached that counts, from 1.
    let turn: Int
    let action: Action
    let reached = Atomic(0)

    init(_ failpoint: Failpoint, turn: Int, action: Action) {
      self.failpoint = failpoint
      self.turn = turn
      self.action = action
    }

    /// Whether it is to fail now.
    func reach() -> Bool {
      let count = reached.add(1, ordering: .relaxed).newValue
      switch action {
      case .kill:
        if count == turn { Self.die() }
        return false
      case .fail(let times): return count >= turn && count < turn + times
      }
    }

    /// As if from outside: nothing is flushed, nobody is told.
    private static func die() -> Never {
      kill(getpid(), SIGKILL)
      while true { pause() }
    }
  }

  @usableFromInline static let ofProcess: ArmedFailpoints = {
    guard let variable = Failpoint.variable, let text = getenv(variable) else { return ArmedFailpoints() }
    // What cannot be read has been refused with the rest of the configuration.
    return (try? ArmedFailpoints(parsing: String(cString: text))) ?? ArmedFailpoints()
  }()

  private var armed: [Armed] = []

  private init() {}

  init(parsing text: String) throws(FailpointSyntaxError) {
    for entry in text.split(separator: ",") { armed.append(try Self.parse(entry)) }
  }

  private static func parse(_ entry: Substring) throws(FailpointSyntaxError) -> Armed {
    let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
    guard let failpoint = Failpoint(rawValue: String(parts[0])) else {
      throw FailpointSyntaxError(
        "there is no failpoint \"\(parts[0])\"; there are \(Failpoint.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    func number(_ index: Int) throws(FailpointSyntaxError) -> Int {
      if index >= parts.count { return 1 }
      guard let number = Int(parts[index]), number > 0 else {
        throw FailpointSyntaxError("\"\(parts[index])\" in \"\(entry)\" is not a number above 0")
      }
      return number
    }
    if parts.count <= 2 { return Armed(failpoint, turn: try number(1), action: .kill) }
    guard parts[2] == "error", parts.count <= 4 else {
      throw FailpointSyntaxError("\"\(entry)\" is not NAME, NAME:TURN, NAME:TURN:error or NAME:TURN:error:TIMES")
    }
    if !failpoint.canFail { throw FailpointSyntaxError("nothing can fail at \(failpoint.rawValue)") }
    return Armed(failpoint, turn: try number(1), action: .fail(times: try number(3)))
  }

  @usableFromInline
  func reach(_ failpoint: Failpoint) {
    for entry in armed where entry.failpoint == failpoint { _ = entry.reach() }
  }

  @usableFromInline
  func reachOrFail(_ failpoint: Failpoint) throws(FailpointError) {
    for entry in armed where entry.failpoint == failpoint && entry.reach() { throw FailpointError(failpoint: failpoint) }
  }
}

struct FailpointSyntaxError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
#endif
