/// Messages that are published and not confirmed yet, by the numbers that the broker counts them with: 1, 2, 3… on each channel.
///
/// A value without I/O: it says what each confirm settles, and in which order returns belong to what was published.
struct ConfirmWindow<Entry> {
  private struct Slot {
    var entry: Entry
    var isSettled = false
    var returnReason: String?
  }

  /// How many may be outstanding.
  let limit: Int
  private var slots: [Slot] = []
  /// Index of the first slot that counts, and its number.
  private var head = 0
  private var firstTag: UInt64 = 1
  /// Returns come in the order of publishing: the next one belongs to this number or a later one.
  private var nextReturn: UInt64 = 1
  private(set) var outstanding = 0

  init(limit: Int) {
    self.limit = limit
  }

  var hasRoom: Bool { slots.count - head < limit }

  mutating func published(_ entry: Entry) {
    slots.append(Slot(entry: entry))
    outstanding += 1
  }

  /// A message came back. The first outstanding one that `matches` is it: messages that are the same in everything are interchangeable.
  mutating func returned(because reason: String, where matches: (Entry) -> Bool) {
    let start = head + Int(max(nextReturn, firstTag) - firstTag)
    guard let index = slots.indices[min(start, slots.count)...].first(where: { !slots[$0].isSettled && matches(slots[$0].entry) }) else {
      return
    }
    slots[index].returnReason = reason
    nextReturn = firstTag + UInt64(index - head) + 1
  }

  /// The broker has taken, or with `isRefusal` not taken, the message `tag`, with `isMultiple` everything up to it.
  mutating func confirmed(upTo tag: UInt64, isMultiple: Bool, isRefusal: Bool, settle: (Entry, PublishOutcome) -> Void) {
    guard tag >= firstTag else { return }
    let last = head + Int(clamping: tag - firstTag)
    guard last < slots.count else { return }
    for index in (isMultiple ? head : last)...last where !slots[index].isSettled {
      slots[index].isSettled = true
      outstanding -= 1
      let slot = slots[index]
      if isRefusal {
        settle(slot.entry, .refused("the broker could not store it"))
      } else if let reason = slot.returnReason {
        settle(slot.entry, .returned(reason))
      } else {
        settle(slot.entry, .confirmed)
      }
    }
    while head < slots.count, slots[head].isSettled {
      head += 1
      firstTag += 1
    }
    // Moved down now and then, so that each message is moved about once.
    if head >= limit {
      slots.removeFirst(head)
      head = 0
    }
  }
}
