import ArgumentParser

/// What may befall the broker, or the way to it. Those that matter most come first.
enum BrokerFault: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// kill -9 of the node, and its start on what it has on disk.
  case nodeKilled
  /// `rabbitmqctl close_all_connections`.
  case connectionsClosed
  /// A cable is pulled: nothing passes any more, and nothing is closed.
  case halfOpen
  /// The broker is short of memory and takes nothing from those who publish.
  case memoryAlarm
  case queueDeleted
  /// Its processes stand still for longer than two heartbeats.
  case nodePaused
  case passwordChanged
  case permissionsWithdrawn
  case certificateExpired
  /// Deleted with all that is in it, and made again empty.
  case virtualHostDeleted
  /// `rabbitmqctl stop_app` and `start_app`.
  case applicationRestarted

  /// What the service is to say of it, in health or log.
  var sentence: String {
    switch self {
    case .nodeKilled, .applicationRestarted: "could not be reached"
    case .connectionsClosed: "CONNECTION_FORCED"
    case .halfOpen, .nodePaused: "has sent nothing for two heartbeats"
    case .memoryAlarm: "takes no messages at the moment"
    case .queueDeleted: "cancelled the consumer"
    case .passwordChanged: "refused the user name or the password"
    case .permissionsWithdrawn: "give the user the permissions to configure, write and read it"
    case .certificateExpired: "certificate has expired"
    case .virtualHostDeleted: "does not let us in"
    }
  }

  /// Whether it lasts until it is ended: readiness and metrics are to tell of it until then. The others are over as soon as the service
  /// has connected again.
  var isLasting: Bool {
    switch self {
    case .connectionsClosed, .halfOpen, .queueDeleted: false
    default: true
    }
  }

  /// What is in a queue that is deleted is the broker's to lose: what was published before is stored by then.
  var deletesMessages: Bool { self == .queueDeleted || self == .virtualHostDeleted }

  /// The line of the metrics page that tells of it while it lasts.
  var metric: String {
    self == .memoryAlarm ? #"fanfare_amqp_blocked{connection="publisher"} 1"# : #"fanfare_amqp_connected{connection="consumer"} 0"#
  }
}
