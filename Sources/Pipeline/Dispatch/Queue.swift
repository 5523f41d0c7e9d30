/// First in, first out, in constant time either end.
struct Queue<Element> {
  private var elements: [Element?] = []
  private var head = 0

  var isEmpty: Bool { head == elements.count }
  var count: Int { elements.count - head }

  mutating func append(_ element: Element) {
    elements.append(element)
  }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    defer {
      head += 1
      if head == elements.count {
        elements.removeAll(keepingCapacity: elements.count <= 1024)
        head = 0
      } else if head > 512, head * 2 > elements.count {
        elements.removeFirst(head)
        head = 0
      }
    }
    let element = elements[head]
    elements[head] = nil
    return element
  }
}
