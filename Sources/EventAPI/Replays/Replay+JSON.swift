import Fanfare

extension Replay {
  var json: [UInt8] {
    var json = JSONWriter(capacity: 512)
    appendJSON(to: &json)
    return json.bytes
  }

  func appendJSON(to json: inout JSONWriter) {
    json.beginObject()
    json.member("id", id.description)
    json.member("state", state.rawValue)
    json.member("reason", cancelReason?.rawValue)
    order.appendMembers(to: &json)
    json.key("matched")
    json.integer(figures.matched)
    json.key("counted")
    json.bool(figures.isCounted)
    for (key, figure) in [
      ("made", figures.done), ("done", figures.done - figures.pending), ("pending", figures.pending), ("succeeded", figures.succeeded),
      ("dead", figures.dead),
      ("cancelled", figures.cancelled),
    ] {
      json.key(key)
      json.integer(figure)
    }
    json.member("creation_time", createdAt.rfc3339)
    json.member("end_time", endedAt?.rfc3339)
    json.endObject()
  }
}
