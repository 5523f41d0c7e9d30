import Testing

@testable import fanfare

@Suite struct MannersTests {
  @Test func `a receiver that nobody told anything answers 200`() {
    let (reply, arrival) = Manners().reply(toPath: "/x", message: "1")
    #expect(reply == .init(status: 200, body: "", delay: nil, isFailure: false))
    #expect(arrival == 1)
  }

  @Test func `Slack is answered with ok`() {
    #expect(Manners(playsSlack: true).reply(toPath: "/", message: "1").0.body == "ok")
  }

  @Test func `the first requests of each message fail, the later ones do not`() {
    let manners = Manners(status: 503, failFirst: 2)
    let statuses = ["a", "a", "b", "a", "b", "b", "a"].map { manners.reply(toPath: "/", message: $0).0.status }
    #expect(statuses == [503, 503, 503, 200, 503, 200, 200])
  }

  @Test(arguments: [
    ("/flaky", 500), ("/flaky/", 500), ("/flaky/deep?x=1", 500), ("/flaky?x=1", 500), ("/flakyish", 200), ("/", 200), ("/other/flaky", 200),
  ])
  func `only requests below the named paths fail`(path: String, status: Int) {
    #expect(Manners(status: 500, paths: ["/flaky"]).reply(toPath: path, message: "1").0.status == status)
  }

  @Test func `a delay without a status only delays`() {
    let reply = Manners(delay: .seconds(2)).reply(toPath: "/", message: "1").0
    #expect(reply.delay == .seconds(2))
    #expect(reply.status == 200)
    #expect(!reply.isFailure)
  }
}
