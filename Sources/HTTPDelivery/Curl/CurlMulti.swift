import CCurl
import Fanfare
import Threading

/// All transfers under way, and the idle handles and connections for the next ones.
///
/// Made, used and ended on the curl thread; nothing of it is known to any other. It owns the multi handle, the transfers (whose easy
/// handles the multi handle borrows while they run) and the sockets.
struct CurlMulti: ~Copyable {
  private let multi: UnsafeMutableRawPointer
  private let sockets: SocketSet
  private let limits: TransferLimits
  /// Every transfer there is. It grows to the most that ever ran at once, which the dispatcher's slots bound.
  private var transfers: [Transfer] = []
  /// Idle ones. The last to finish is the first to be used again: what is warm stays warm.
  private var idle: [Transfer] = []

  var inFlight: Int { transfers.count - idle.count }
  var connectionsOpened: Int { sockets.opened }

  init(limits: TransferLimits, connectionCacheSize: Int, waker: Waker) throws {
    let sockets = try SocketSet(waker: waker)
    guard let multi = curl_multi_init() else { throw CurlError(call: "curl_multi_init", reason: "out of memory") }
    self.multi = multi
    self.sockets = sockets
    self.limits = limits
    _ = fanfare_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionCacheSize)
    _ = fanfare_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    // Unretained: `self` keeps the sockets until the multi handle is gone.
    let context = Unmanaged.passUnretained(sockets).toOpaque()
    fanfare_multi_on_socket(
      multi,
      { _, descriptor, what, context, _ in
        Unmanaged<SocketSet>.fromOpaque(context!).takeUnretainedValue().watch(descriptor, for: what)
        return 0
      }, context)
    fanfare_multi_on_timer(
      multi,
      { _, milliseconds, context in
        Unmanaged<SocketSet>.fromOpaque(context!).takeUnretainedValue().schedule(inMilliseconds: milliseconds)
        return 0
      }, context)
  }

  deinit {
    // The order libcurl asks for: transfers out of the multi handle, then the multi handle with its connections; sockets and easy
    // handles end with the fields.
    for transfer in transfers { curl_multi_remove_handle(multi, transfer.easy.pointer) }
    withExtendedLifetime((sockets, transfers)) { _ = curl_multi_cleanup(multi) }
  }

  /// Starts an attempt. It makes its way in the next ``turn(waiting:)``.
  ///
  /// - Returns: the attempt's result if it cannot even be started.
  mutating func start(_ attempt: PreparedAttempt) -> AttemptResult? {
    let transfer: Transfer
    if let warm = idle.popLast() {
      transfer = warm
    } else {
      do {
        transfer = Transfer(try EasyHandle(), limits: limits, sockets: sockets)
      } catch {
        let failure = TransportFailure(kind: .notConnected, detail: "there is no memory for another connection")
        return AttemptResult(task: attempt.task, startedAt: attempt.startedAt, duration: .zero, outcome: .failure(failure))
      }
      transfers.append(transfer)
    }
    transfer.start(attempt)
    add(transfer)
    return nil
  }

  private func add(_ transfer: Transfer) {
    let code = curl_multi_add_handle(multi, transfer.easy.pointer)
    precondition(code == CURLM_OK, "an idle handle can be added: \(String(cString: curl_multi_strerror(code)))")
  }

  /// Lets libcurl do everything that it can do now, after waiting for it at most `limit`.
  mutating func turn(waiting limit: Duration) {
    let multi = multi
    var running: Int32 = 0
    if sockets.takeDueTimer() {
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
      return
    }
    sockets.wait(atMost: limit) { descriptor, bits in
      curl_multi_socket_action(multi, descriptor, bits, &running)
    }
  }

  /// Adds the results of all attempts that have ended since the last time.
  mutating func collect(into results: inout [AttemptResult]) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      // Read before the handle is removed: the message is gone then.
      let code = message.pointee.data.result
      let transfer = Transfer.at(fanfare_easy_private(easy))
      curl_multi_remove_handle(multi, easy)
      if transfer.movesConnection(after: code) {
        add(transfer)
        continue
      }
      idle.append(transfer)
      if let result = transfer.finish(code) { results.append(result) }
    }
  }

  /// Gives up all that is in flight.
  mutating func abandonAll() -> [AttemptResult] {
    var results: [AttemptResult] = []
    for transfer in transfers where transfer.isRunning {
      curl_multi_remove_handle(multi, transfer.easy.pointer)
      idle.append(transfer)
      if let result = transfer.abandon() { results.append(result) }
    }
    return results
  }
}
