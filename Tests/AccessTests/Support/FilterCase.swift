import Fanfare

/// What every route that shows any number of events can be narrowed by, with what must be left then.
struct FilterCase: Sendable {
  let query: String
  let fits: @Sendable (Event) -> Bool

  init(_ query: String, _ fits: @escaping @Sendable (Event) -> Bool) {
    self.query = query
    self.fits = fits
  }

  static let all = timeless + times

  static let timeless = [
    FilterCase("") { _ in true },
    FilterCase("type=*_BUILD&type=USER_*") { ["ADD_BUILD", "USER_SIGNUP"].contains($0.type.name) },
    FilterCase("username=ada") { $0.username == "ada" },
    FilterCase("username=eve&inventory_project=p") { $0.username == "eve" && $0.path.inventory?.project == "p" },
    FilterCase("inventory_namespace=p&state_project=q") { $0.path.inventory?.project == "p" && $0.path.state?.project == "q" },
    FilterCase("state_environment=prod") { $0.path.state?.environment == "prod" },
    FilterCase("inventory_version=v1") { ["1", "v1"].contains($0.path.inventory?.version) },
    FilterCase("inventory_project=nowhere") { _ in false },
  ]

  private static let times = [
    FilterCase("since=1970-01-01T00:00:20Z&until=1970-01-01T00:00:30Z") { (20..<30).contains($0.occurredAt.seconds) }
  ]
}
