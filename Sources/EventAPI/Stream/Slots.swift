import Synchronization

/// A number of places, each taken by holding a ``Slot``.
final class Slots: Sendable {
  let limit: Int
  private let taken = Atomic(0)
  private let onChange: @Sendable (Int) -> Void

  /// - Parameter onChange: told of each place that is taken (1) or given back (-1).
  init(limit: Int, onChange: @escaping @Sendable (Int) -> Void = { _ in }) {
    self.limit = limit
    self.onChange = onChange
  }

  /// Nil if all are taken.
  func take() -> Slot? {
    guard taken.add(1, ordering: .relaxed).newValue <= limit else {
      taken.subtract(1, ordering: .relaxed)
      return nil
    }
    onChange(1)
    return Slot(of: self)
  }

  fileprivate func giveBack() {
    taken.subtract(1, ordering: .relaxed)
    onChange(-1)
  }
}

/// A place that is given back when the last reference goes: a response that is never written gives it back, too.
final class Slot: Sendable {
  private let slots: Slots

  fileprivate init(of slots: Slots) { self.slots = slots }

  deinit { slots.giveBack() }
}
