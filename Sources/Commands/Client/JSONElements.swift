import Fanfare

/// The elements of a JSON array, each with its own text as it came.
struct JSONElements {
  private(set) var texts: [[UInt8]] = []

  init(of body: [UInt8]) throws {
    var scanner = JSONScanner(body)
    do {
      try scanner.array { (scanner) throws(JSONError) in texts.append(Array(body[try scanner.skipValue()])) }
    } catch {
      throw SentenceError("the service's answer is not an array: \(error); is this the URL of a Fanfare?")
    }
  }

  func values() throws -> [JSONValue] { try texts.map { try JSONValue(parsing: $0, repeatedKeys: .lastCounts) } }
}
