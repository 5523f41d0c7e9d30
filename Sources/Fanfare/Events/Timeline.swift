/// A list of events by time that the API can show. Each event belongs to several.
public enum Timeline: Hashable, Sendable {
  case everything
  case inventory
  case inventoryProject(String)
  case inventoryApplication(project: String, application: String)
  /// The version in its comparable form (``InventoryPlace/comparable(version:)``).
  case inventoryVersion(project: String, application: String, version: String)
  case state
  case stateProject(String)
  case stateEnvironment(project: String, environment: String)
  case stateDeployment(project: String, environment: String, deployment: String)
  /// What one user did.
  case user(String)

  /// Every timeline that an event is appended to, the widest first.
  public static func all(of event: Event) -> [Timeline] {
    var timelines: [Timeline] = [.everything]
    if let place = event.path.inventory {
      timelines.append(.inventory)
      timelines.append(.inventoryProject(place.project))
      if let application = place.application {
        timelines.append(.inventoryApplication(project: place.project, application: application))
        if let version = place.version {
          timelines.append(
            .inventoryVersion(project: place.project, application: application, version: InventoryPlace.comparable(version: version)))
        }
      }
    }
    if let place = event.path.state {
      timelines.append(.state)
      timelines.append(.stateProject(place.project))
      if let environment = place.environment {
        timelines.append(.stateEnvironment(project: place.project, environment: environment))
        if let deployment = place.deployment {
          timelines.append(.stateDeployment(project: place.project, environment: environment, deployment: deployment))
        }
      }
    }
    if let username = event.username { timelines.append(.user(username)) }
    return timelines
  }
}
