import NIOCore
import Testing

@testable import EventAPI

@Suite struct ConnectionStateTests {
  private let limits = ListenerLimits(
    maxConnections: 1, idleTimeout: .seconds(60), headerTimeout: .seconds(10), bodyTimeout: .seconds(30))

  private func second(_ second: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(second) }

  private func opened() -> ConnectionState { ConnectionState(limits: limits, at: second(0)) }

  /// A connection whose first request has come whole, at second 1.
  private func answering() -> ConnectionState {
    var state = opened()
    state.bytesArrived(at: second(1))
    state.headArrived(at: second(1))
    state.requestEnded(at: second(1))
    return state
  }

  @Test func `who says nothing is cut off after the head's time, who has been answered after the idle time`() {
    var state = opened()
    #expect(state.verdict(at: second(9), buffered: 0) == .patience)
    #expect(state.verdict(at: second(10), buffered: 0) == .close(.silent))
    state = answering()
    state.answered(at: second(5))
    #expect(state.verdict(at: second(64), buffered: 0) == .patience)
    #expect(state.verdict(at: second(65), buffered: 0) == .close(nil))
  }

  @Test func `bytes now and then do not make a head's time longer`() {
    var state = opened()
    for tick in 5..<15 { state.bytesArrived(at: second(Int64(tick))) }
    #expect(state.verdict(at: second(14), buffered: 0) == .patience)
    #expect(state.verdict(at: second(15), buffered: 0) == .answer(.slowHead))
  }

  @Test func `a head that comes while another request is answered has its time from then on`() {
    var state = answering()
    state.bytesArrived(at: second(2))
    #expect(state.verdict(at: second(100), buffered: 0) == .patience)
    state.answered(at: second(100))
    #expect(state.phase == .head)
    #expect(state.verdict(at: second(109), buffered: 0) == .patience)
    #expect(state.verdict(at: second(110), buffered: 0) == .answer(.slowHead))
  }

  @Test func `the server may take its time`() {
    var state = answering()
    #expect(state.verdict(at: second(100_000), buffered: 0) == .patience)
  }

  @Test func `a body has to grow while it is waited for`() {
    var state = opened()
    state.bytesArrived(at: second(1))
    state.headArrived(at: second(1))
    for tick in 1...29 {
      state.readBegan(at: second(Int64(tick)))
      state.bodyArrived(100)
      state.readEnded(at: second(Int64(tick + 1)))
    }
    #expect(state.verdict(at: second(30), buffered: 0) == .patience)
    state.readBegan(at: second(30))
    #expect(state.verdict(at: second(31), buffered: 0) == .fail(.slowBody))
    // Only once: whoever reads the body answers now.
    #expect(state.verdict(at: second(31), buffered: 0) == .patience)
  }

  @Test func `a body that comes in large pieces may take for ever, and so may one that the server does not read`() {
    var state = opened()
    state.headArrived(at: second(1))
    var time: Int64 = 1
    for _ in 1...100 {
      state.readBegan(at: second(time))
      time += 29
      #expect(state.verdict(at: second(time), buffered: 0) == .patience)
      state.bodyArrived(ListenerLimits.leastProgress)
      state.readEnded(at: second(time))
    }
    #expect(state.verdict(at: second(time + 10_000), buffered: 0) == .patience)
  }

  @Test func `a body that nobody answers for any more is cut off without a word`() {
    var state = opened()
    state.headArrived(at: second(1))
    state.answered(at: second(2))
    state.readBegan(at: second(2))
    #expect(state.verdict(at: second(32), buffered: 0) == .close(.slowBody))
  }

  @Test func `who does not read his answer is cut off, who reads it slowly is not`() {
    var state = answering()
    state.wrote(1_000_000, at: second(2))
    #expect(state.verdict(at: second(31), buffered: 900_000) == .patience)
    var buffered = 900_000
    for step in 1...20 {
      buffered -= ListenerLimits.leastProgress
      #expect(state.verdict(at: second(31 + Int64(step) * 29), buffered: buffered) == .patience)
    }
    let last = 31 + 20 * 29
    #expect(state.verdict(at: second(Int64(last + 29)), buffered: buffered) == .patience)
    #expect(state.verdict(at: second(Int64(last + 30)), buffered: buffered - 100) == .close(.slowReader))
  }

  @Test func `an answer that was read whole leaves no mark on the next`() {
    var state = answering()
    state.wrote(1_000_000, at: second(2))
    #expect(state.verdict(at: second(3), buffered: 0) == .patience)
    state.wrote(1_000_000, at: second(40))
    #expect(state.verdict(at: second(50), buffered: 1_000_000) == .patience)
  }

  @Test func `who still reads his answer is not idle`() {
    var state = answering()
    state.wrote(1_000_000, at: second(2))
    state.answered(at: second(2))
    for tick in 1...6 {
      let buffered = 1_000_000 - tick * 100_000
      #expect(state.verdict(at: second(2 + Int64(tick) * 20), buffered: buffered) == .patience)
    }
    #expect(state.verdict(at: second(181), buffered: 0) == .patience)
    #expect(state.verdict(at: second(182), buffered: 0) == .close(nil))
  }

  @Test func `what comes behind the last answer is nobody's slow head`() {
    var state = answering()
    state.wrote(1_000_000, at: second(2))
    state.answered(at: second(2))
    state.closes(at: second(2))
    state.bytesArrived(at: second(3))
    #expect(state.verdict(at: second(20), buffered: 900_000) == .patience)
    state.ended(at: second(25))
    #expect(state.verdict(at: second(26), buffered: 0) == .patience)
    #expect(state.verdict(at: second(27), buffered: 0) == .close(nil))
  }

  @Test func `after the last answer a connection lingers a little`() {
    var state = answering()
    state.answered(at: second(2))
    state.ended(at: second(3))
    #expect(state.verdict(at: second(4), buffered: 0) == .patience)
    #expect(state.verdict(at: second(5), buffered: 0) == .close(nil))
  }
}
