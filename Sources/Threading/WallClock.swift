import CLinux

/// The machine's wall clock.
public enum WallClock {
  /// Nanoseconds since 1970. Any thread.
  public static var nanoseconds: Int64 { clinux_wall_clock() }
}
