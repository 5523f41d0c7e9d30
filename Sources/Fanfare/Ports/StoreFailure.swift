/// What is thrown where the store could not do what it was asked because of itself, or of the disk below it.
public protocol StoreFailure: Error {
  /// Why nothing can be had of it at the moment; nil if the same call would not go better later.
  var shortage: StoreShortage? { get }
}

/// Why a store does nothing of what it is asked at the moment, though it may later.
public enum StoreShortage: Sendable, Hashable, CaseIterable {
  /// Too much waits for it already.
  case overloaded
  /// There is no room on its disk.
  case diskFull
  /// Its files cannot be read or written.
  case diskFailing
}
