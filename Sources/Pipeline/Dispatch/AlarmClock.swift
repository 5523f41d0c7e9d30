import Fanfare

/// Who is to be looked at again, and when: each target once, at the earliest time that was asked for.
struct AlarmClock<Target: Hashable> {
  private var times: [Target: Timestamp] = [:]
  /// A binary heap, the earliest at the root. An entry that ``times`` does not confirm was overtaken by an earlier one.
  private var heap: [(time: Timestamp, target: Target)] = []

  /// The earliest of all.
  var next: Timestamp? { heap.first?.time }

  mutating func set(_ target: Target, at time: Timestamp) {
    if let known = times[target], known <= time { return }
    times[target] = time
    heap.append((time, target))
    var child = heap.count - 1
    while child > 0, heap[child].time < heap[(child - 1) / 2].time {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes out everything whose time has come.
  mutating func due(at now: Timestamp) -> [Target] {
    var due: [Target] = []
    while let first = heap.first, first.time <= now {
      removeFirst()
      if times[first.target] == first.time {
        times[first.target] = nil
        due.append(first.target)
      }
    }
    return due
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    if heap.isEmpty { return }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].time < heap[smallest].time { smallest = child }
      if smallest == parent { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
