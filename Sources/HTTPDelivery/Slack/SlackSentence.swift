internal import Fanfare

/// What happened, in a sentence that a person would write.
struct SlackSentence {
  /// What somebody did (`created the team x`); nil where the event has no doer even if it names a user.
  let deed: Phrase?
  /// What happened, where nobody is known to have done it.
  let happening: Phrase
  /// Values of `data` that the sentence says.
  let said: [String?]

  private init(_ deed: Phrase?, _ happening: Phrase, said: String?...) {
    self.deed = deed
    self.happening = happening
    self.said = said
  }

  init(type: EventType, at path: EventPath, _ facts: SlackFacts) {
    let place = SlackPlace(path)
    let user = facts.first(of: "user", "username", "member", "name")
    let team = facts.first(of: "team", "team_name", "group", "name")
    let build = facts.first(of: "build", "build_id", "build_number")
    let status = facts.first(of: "status", "result")
    let theUser: Phrase = user.map { "the user \(value: $0)" } ?? "a user"
    let theTeam: Phrase = team.map { "the team \(value: $0)" } ?? "a team"
    let aBuild: Phrase = build.map { "build \(value: $0)" } ?? "a build"

    switch type.name {
    case "CREATE_INVENTORY_PROJECT": self.init("created \(place.inventoryProject)", "\(place.inventoryProject) was created")
    case "NEW_INVENTORY_APPLICATION":
      self.init("added \(place.application) to \(place.inventoryProject)", "\(place.application) was added to \(place.inventoryProject)")
    case "UPLOAD_INVENTORY_APPLICATION":
      self.init("uploaded \(place.release) to \(place.inventoryProject)", "\(place.release) was uploaded to \(place.inventoryProject)")

    case "UPDATE_INVENTORY_PROJECT_USER_ACL": self = .access(of: theUser, to: place.inventoryProject, isGone: false, user)
    case "DELETE_INVENTORY_PROJECT_USER_ACL": self = .access(of: theUser, to: place.inventoryProject, isGone: true, user)
    case "UPDATE_INVENTORY_PROJECT_TEAM_ACL": self = .access(of: theTeam, to: place.inventoryProject, isGone: false, team)
    case "DELETE_INVENTORY_PROJECT_TEAM_ACL": self = .access(of: theTeam, to: place.inventoryProject, isGone: true, team)
    case "UPDATE_STATE_PROJECT_USER_ACL": self = .access(of: theUser, to: place.stateProject, isGone: false, user)
    case "DELETE_STATE_PROJECT_USER_ACL": self = .access(of: theUser, to: place.stateProject, isGone: true, user)
    case "UPDATE_STATE_PROJECT_TEAM_ACL": self = .access(of: theTeam, to: place.stateProject, isGone: false, team)
    case "DELETE_STATE_PROJECT_TEAM_ACL": self = .access(of: theTeam, to: place.stateProject, isGone: true, team)

    case "CREATE_STATE_PROJECT": self.init("created \(place.stateProject)", "\(place.stateProject) was created")
    case "CREATE_STATE_ENVIRONMENT":
      self.init("created \(place.environment) in \(place.stateProject)", "\(place.environment) was created in \(place.stateProject)")
    case "CREATE_STATE_DEPLOYMENT": self.init("created \(place.deployment)", "\(place.deployment) was created")
    case "UPDATE_STATE_DEPLOYMENT": self.init("updated \(place.deployment)", "\(place.deployment) was updated")
    case "REDEPLOY_STATE_DEPLOYMENT": self.init("redeployed \(place.deployment)", "\(place.deployment) was redeployed")
    case "RERUN_SMOKE_TESTS":
      self.init("ran the smoke tests of \(place.target) again", "the smoke tests of \(place.target) were run again")
    case "DESTROY_REQUESTED":
      self.init("asked for \(place.target) to be destroyed", "somebody asked for \(place.target) to be destroyed")

    case "ADD_BUILD": self.init("added \(aBuild) to \(place.target)", "\(aBuild) was added to \(place.target)", said: build)
    case "TRIGGER_BUILD_WEBHOOK":
      self.init("triggered the build webhook of \(place.target)", "the build webhook of \(place.target) was triggered")
    case "BUILD_FINISHED_EVENT":
      let end: Phrase =
        status.map { "\(aBuild) of \(place.target) has finished: \(value: $0)" } ?? "\(aBuild) of \(place.target) has finished"
      self.init(nil, end, said: build, status)

    case "USER_SIGNUP": self.init("signed up", user.map { "\(value: $0) signed up" } ?? "a new user signed up")
    case "USER_CONFIRMED":
      self.init("confirmed their account", user.map { "\(value: $0) confirmed their account" } ?? "a user confirmed their account")

    case "TEAM_CREATED": self.init("created \(theTeam)", "\(theTeam) was created")
    case "TEAM_DELETED": self.init("deleted \(theTeam)", "\(theTeam) was deleted")
    case "TEAM_MEMBER_UPDATED":
      self.init("changed the membership of \(theUser) in \(theTeam)", "the membership of \(theUser) in \(theTeam) was changed")
    case "TEAM_MEMBER_DELETED": self.init("removed \(theUser) from \(theTeam)", "\(theUser) was removed from \(theTeam)")
    case "TEAM_SERVICE_ACCOUNT_CREATED":
      let account: Phrase =
        facts.first(of: "service_account", "account", "name").map { "the service account \(value: $0)" } ?? "a service account"
      let owner: Phrase = facts.first(of: "team", "team_name", "group").map { "the team \(value: $0)" } ?? "a team"
      self.init("created \(account) for \(owner)", "\(account) was created for \(owner)")

    case "PING":
      let subscription: Phrase = facts.first(of: "subscription").map { "the subscription \(value: $0)" } ?? "a subscription"
      self.init(nil, "hello from Fanfare: this is a test of \(subscription)\(place.somewhere)")
    case "SUBSCRIPTION_PAUSED": self = .subscription(facts, "paused")
    case "SUBSCRIPTION_RESUMED": self = .subscription(facts, "resumed")
    case "DELIVERY_DEAD":
      let subscription: Phrase = facts.first(of: "subscription").map { " to the subscription \(value: $0)" } ?? ""
      self.init(nil, "a delivery\(subscription) was given up")
    default:
      // A type that nobody wrote a sentence for: its own words have to do.
      let words = type.name.lowercased().split(separator: "_").joined(separator: " ")
      self.init("reported \(value: words)\(place.somewhere)", "something happened\(place.somewhere): \(value: words)")
    }
  }

  private static func access(of who: Phrase, to what: Phrase, isGone: Bool, _ said: String?) -> SlackSentence {
    isGone
      ? SlackSentence("took away the access of \(who) to \(what)", "\(who) lost access to \(what)", said: said)
      : SlackSentence("changed the access of \(who) to \(what)", "the access of \(who) to \(what) was changed", said: said)
  }

  private static func subscription(_ facts: SlackFacts, _ verb: String) -> SlackSentence {
    let subscription: Phrase = facts.first(of: "subscription").map { "the subscription \(value: $0)" } ?? "a subscription"
    return SlackSentence("\(Phrase(stringLiteral: verb)) \(subscription)", "\(subscription) was \(Phrase(stringLiteral: verb))")
  }
}
