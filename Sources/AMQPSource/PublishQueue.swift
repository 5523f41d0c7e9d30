/// The calls that wait for outcomes, in their order, and which message of them goes out next.
///
/// A value without I/O. Answering a call is the caller's: it gets the jobs that are complete.
struct PublishQueue {
  /// One message: the call it came with, and its place there.
  struct Reference: Hashable {
    var call: Int
    var index: Int
  }

  private struct Call {
    var job: PublishJob
    var outcomes: [PublishOutcome?]
    var open: Int
    var isAnswered = false
  }

  private var calls: [Call] = []
  /// How many calls were removed from the front.
  private var removed = 0
  private var next = Reference(call: 0, index: 0)

  var isEmpty: Bool { calls.isEmpty }

  mutating func append(_ job: PublishJob) {
    calls.append(Call(job: job, outcomes: Array(repeating: nil, count: job.messages.count), open: job.messages.count))
  }

  /// Nil if the call was cancelled and is forgotten.
  func message(_ reference: Reference) -> PublishMessage? {
    reference.call < removed ? nil : calls[reference.call - removed].job.messages[reference.index]
  }

  /// The message that goes out next; nil when all have.
  var nextUnsent: Reference? { next.call - removed < calls.count ? next : nil }

  /// The next message has been dealt with.
  mutating func advance() {
    next.index += 1
    if next.index == calls[next.call - removed].outcomes.count { next = Reference(call: next.call + 1, index: 0) }
  }

  /// Notes an outcome, and answers the call if it was the last one that was missing.
  mutating func settle(_ reference: Reference, as outcome: PublishOutcome) {
    let index = reference.call - removed
    // A call that was answered already (its task was cancelled) may still get confirms.
    guard index >= 0, !calls[index].isAnswered, calls[index].outcomes[reference.index] == nil else { return }
    calls[index].outcomes[reference.index] = outcome
    calls[index].open -= 1
    if calls[index].open == 0 { answer(index) }
  }

  /// Answers the call with what is known; the rest is unconfirmed.
  mutating func cancel(job number: UInt64) {
    guard let index = calls.firstIndex(where: { $0.job.number == number && !$0.isAnswered }) else { return }
    if next.call - removed == index { next = Reference(call: next.call + 1, index: 0) }
    answer(index)
  }

  /// The connection is gone. Calls of which something was sent are answered with what is known, the others get `error`.
  mutating func fail(_ error: AMQPError) {
    let touched = next.call - removed + (next.index > 0 ? 1 : 0)
    for index in calls.indices where !calls[index].isAnswered {
      if index < touched {
        answer(index)
      } else {
        calls[index].isAnswered = true
        calls[index].job.continuation.resume(throwing: error)
      }
    }
    removed += calls.count
    calls = []
    next = Reference(call: removed, index: 0)
  }

  private mutating func answer(_ index: Int) {
    calls[index].isAnswered = true
    calls[index].job.continuation.resume(returning: calls[index].outcomes.map { $0 ?? .unconfirmed })
    while let first = calls.first, first.isAnswered, next.call > removed {
      calls.removeFirst()
      removed += 1
    }
  }
}
