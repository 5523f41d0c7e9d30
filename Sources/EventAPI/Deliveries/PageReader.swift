import Fanfare

/// The second seed's cursors, as they are asked for and as they are handed out.
struct PageReader {
  private enum SortKey: String, CaseIterable { case id }

  let page: CursorPage

  init(_ query: inout QueryReader) {
    let size = query.integer("size", in: 0...100, default: 20)
    _ = query.choice("sort", default: SortKey.id)
    let order = query.choice("order", default: CursorPage.Order.descending)
    let before = Self.key("before", &query)
    let after = Self.key("after", &query)
    if let before, after != nil { query.reject("before", before.description, "must not be given together with after") }
    page = CursorPage(size: size, order: order, boundary: after.map { .after($0) } ?? before.map { .before($0) })
  }

  /// `{"elements": […], "previous": {…}, "next": {…}}`
  func json<Element>(_ result: Page<Element>, id: (Element) -> KSUID, append: (Element, inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(capacity: 512 * result.elements.count + 64)
    json.beginObject()
    json.key("elements")
    json.beginArray()
    for element in result.elements { append(element, &json) }
    json.endArray()
    if result.hasPrevious, let first = result.elements.first { cursor("previous", "before", id(first), &json) }
    if result.hasNext, let last = result.elements.last { cursor("next", "after", id(last), &json) }
    json.endObject()
    return json.bytes
  }

  private func cursor(_ name: String, _ boundary: String, _ key: KSUID, _ json: inout JSONWriter) {
    json.key(name)
    json.beginObject()
    json.member(boundary, Base64.encode(Array(key.description.utf8)))
    json.key("size")
    json.integer(page.size)
    json.member("sort", SortKey.id.rawValue)
    json.member("order", page.order.rawValue)
    json.endObject()
  }

  private static func key(_ name: String, _ query: inout QueryReader) -> KSUID? {
    guard let value = query.text(name) else { return nil }
    // In a query, a `+` that nobody encoded has become a space.
    let text = String(value.map { $0 == " " ? "+" : $0 })
    if let bytes = Base64.decode(text), let key = KSUID(String(decoding: bytes, as: UTF8.self)) { return key }
    query.reject(name, value, "must be a cursor's key, as a page before this one had it")
    return nil
  }
}
