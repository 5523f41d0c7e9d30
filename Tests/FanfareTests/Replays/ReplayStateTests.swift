import Fanfare
import Testing

@Suite struct ReplayStateTests {
  private func replay(_ state: Replay.State, pending: Int = 0) -> Replay {
    Replay(
      id: KSUID(timestamp: 1, high: 2, low: 3),
      order: ReplayOrder(project: "p", since: Timestamp(seconds: 0), until: Timestamp(seconds: 1)), state: state,
      createdAt: Timestamp(seconds: 2),
      figures: Replay.Figures(matched: 9, isCounted: true, done: 5, succeeded: 3, dead: 1, cancelled: 1 - pending))
  }

  @Test(arguments: [
    (Replay.State.running, Replay.Change.pause, Replay.State.paused), (.running, .resume, .running), (.running, .cancel, .cancelled),
    (.paused, .pause, .paused), (.paused, .resume, .running), (.paused, .cancel, .cancelled), (.cancelled, .cancel, .cancelled),
  ])
  func `what a replay is not yet, it becomes`(state: Replay.State, change: Replay.Change, expected: Replay.State) throws {
    #expect(try replay(state).state(after: change) == expected)
  }

  @Test(arguments: [Replay.State.done, .cancelled], [Replay.Change.pause, .resume])
  func `one that is over does not go on`(state: Replay.State, change: Replay.Change) {
    #expect(throws: ReplayError.ended(state)) { try replay(state, pending: 1).state(after: change) }
  }

  @Test func `an order reads back what it says`() throws {
    var order = ReplayOrder(project: "p", subscription: "s", since: Timestamp(nanoseconds: 1), until: Timestamp(seconds: 9))
    order.types = [Glob("A*"), Glob("B")]
    (order.path.inventoryApplication, order.path.inventoryVersion, order.path.stateProject) = ("a", "1", "q")
    order.isOfDeadLetters = true
    #expect(try ReplayOrder.request(parsing: order.json).order == order)
    let plain = ReplayOrder(project: "p", since: Timestamp(seconds: 0), until: Timestamp(seconds: 9))
    let request = try ReplayOrder.request(parsing: plain.json)
    #expect(request.order == plain && !request.isPreview)
  }

  @Test func `projects are those on which a role gives the permission`() {
    let roles: Set<String> = [
      "project:p:global:read", "project:q:global:write", "project:r:global:owner", "project:a:b:global:write", "project::global:write",
      "project:global:write", "project:x:local:write", "metrics:read", "xproject:y:global:owner",
    ]
    #expect(ProjectPermission.read.projects(grantedBy: roles) == ["p", "q", "r", "a:b"])
    #expect(ProjectPermission.write.projects(grantedBy: roles) == ["q", "r", "a:b"])
    for project in ProjectPermission.write.projects(grantedBy: roles) {
      #expect(ProjectPermission.write.isGranted(by: roles, on: project))
    }
  }
}
