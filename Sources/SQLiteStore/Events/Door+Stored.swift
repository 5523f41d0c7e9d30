internal import Fanfare

extension Origin.Door {
  /// Reads door, exchange and routing key of an `origin` row.
  init(_ row: Statement, from first: Int32) {
    switch row.text(first) {
    case "amqp": self = .amqp(exchange: row.text(first + 1), routingKey: row.text(first + 2))
    case "service": self = .service
    default: self = .http
    }
  }
}
