/// First in, first out, in constant time either end.
struct Queue<Element> {
  private var slots: [Element?] = []
  private var head = 0

  var isEmpty: Bool { head == slots.count }
  var count: Int { slots.count - head }
  var first: Element? { head < slots.count ? slots[head] : nil }

  mutating func append(_ element: Element) {
    slots.append(element)
  }

  mutating func popFirst() -> Element? {
    guard head < slots.count else { return nil }
    defer {
      head += 1
      if head == slots.count {
        slots.removeAll(keepingCapacity: slots.count <= 1024)
        head = 0
      } else if head > 512, head * 2 > slots.count {
        slots.removeFirst(head)
        head = 0
      }
    }
    let element = slots[head]
    slots[head] = nil
    return element
  }

  func elements(where isWanted: (Element) -> Bool) -> [Element] { slots[head...].compactMap { $0 }.filter(isWanted) }

  mutating func removeAll(where isUnwanted: (Element) -> Bool) {
    slots = elements { !isUnwanted($0) }
    head = 0
  }
}
