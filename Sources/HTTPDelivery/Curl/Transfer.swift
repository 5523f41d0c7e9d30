import CCurl
import Fanfare
import Glibc

/// One easy handle with the memory that libcurl reads from and writes to while it runs: used for one attempt after the other.
///
/// Lives on the curl thread and is owned by ``CurlMulti``; libcurl's callbacks hold its address from ``start(_:)`` to the end of the
/// transfer. A class for that address alone.
final class Transfer {
  let easy: EasyHandle
  private let limits: TransferLimits
  private let sockets: SocketSet
  private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var headerList = HeaderList()
  private var requestBody = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 1)
  private var url = ""

  /// What is under way; nil while the handle is idle.
  private var attempt: PreparedAttempt?
  private var startedAt = ContinuousClock.now
  private var response = ResponseHead()
  private var responseBody: [UInt8] = []
  private var isBodyCut = false
  private var refusedAddress: (address: IPAddress, kind: String)?
  private var socketsOpened = 0
  private var hasMovedConnection = false

  init(_ easy: consuming EasyHandle, limits: TransferLimits, sockets: SocketSet) {
    self.easy = easy
    self.limits = limits
    self.sockets = sockets
    configure()
  }

  deinit {
    errorText.deallocate()
    requestBody.deallocate()
  }

  /// What never changes from one attempt to the next.
  private func configure() {
    easy.set(CURLOPT_NOSIGNAL, 1)
    easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
    // Not even an environment variable may route around the address guard, or past the proxy.
    easy.set(CURLOPT_PROXY, limits.proxy ?? "")
    easy.set(CURLOPT_NOPROXY, "")
    easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    easy.set(CURLOPT_DNS_CACHE_TIMEOUT, Int(clamping: limits.nameCacheTime.components.seconds))
    easy.set(CURLOPT_FOLLOWLOCATION, 0)
    easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    easy.set(CURLOPT_POST, 1)
    easy.set(CURLOPT_TCP_NODELAY, 1)
    easy.set(CURLOPT_TCP_KEEPALIVE, 1)
    easy.set(CURLOPT_TIMEOUT_MS, limits.timeout.wholeMilliseconds)
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.wholeMilliseconds)
    // A name that takes for ever to resolve must not hold up the thread when its attempt is given up.
    easy.set(CURLOPT_QUICK_EXIT, 1)
    easy.set(CURLOPT_BUFFERSIZE, 8192)
    easy.set(CURLOPT_UPLOAD_BUFFERSIZE, 65_536)
    if let caFile = limits.caFile { easy.set(CURLOPT_CAINFO, caFile) }
    easy.set(CURLOPT_ERRORBUFFER, borrowing: errorText.baseAddress)

    // Unretained: the multi handle's owner keeps this object for as long as libcurl knows its address.
    let context = Unmanaged.passUnretained(self).toOpaque()
    easy.set(CURLOPT_PRIVATE, borrowing: context)
    fanfare_easy_on_body(
      easy.pointer, { bytes, size, count, context in Transfer.at(context).received(body: bytes, count: size * count) }, context)
    fanfare_easy_on_header(
      easy.pointer, { bytes, size, count, context in Transfer.at(context).received(header: bytes, count: size * count) }, context)
    fanfare_easy_on_open(easy.pointer, { context, _, address in Transfer.at(context).open(address) }, context)
    // A connection outlives the transfer that opened it, so its end is told to the sockets themselves.
    fanfare_easy_on_close(
      easy.pointer, { context, descriptor in Unmanaged<SocketSet>.fromOpaque(context!).takeUnretainedValue().close(descriptor) },
      Unmanaged.passUnretained(sockets).toOpaque())
  }

  static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
    // Only ever the pointer that `configure` handed out.
    Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
  }

  // MARK: One attempt

  var isRunning: Bool { attempt != nil }

  /// Lays out a request. The caller adds the handle to the multi handle next.
  func start(_ attempt: PreparedAttempt) {
    let request = attempt.request
    if request.url != url {
      url = request.url
      easy.set(CURLOPT_URL, url)
    }
    if requestBody.count < request.body.count {
      requestBody.deallocate()
      requestBody = .allocate(byteCount: request.body.count, alignment: 1)
    }
    requestBody.copyBytes(from: request.body)
    easy.set(CURLOPT_POSTFIELDS, borrowing: requestBody.baseAddress)
    easy.set(CURLOPT_POSTFIELDSIZE, request.body.count)
    fanfare_easy_set_header_list(easy.pointer, headerList.fill(request.headers))
    startedAt = .now
    self.attempt = attempt
    if hasMovedConnection { easy.set(CURLOPT_FRESH_CONNECT, 0) }
    hasMovedConnection = false
    forgetResponse()
  }

  private func forgetResponse() {
    errorText[0] = 0
    response = ResponseHead()
    responseBody = []
    isBodyCut = false
    refusedAddress = nil
    socketsOpened = 0
  }

  /// Whether the transfer failed only because the receiver had closed a kept connection in the moment that we used it again. Then it
  /// is laid out once more, for a new connection, and the caller adds it again.
  ///
  /// libcurl means to do this itself, but with a handle that is used again 7.88 takes the headers of the response before for headers
  /// of this one, and gives up.
  func movesConnection(after code: CURLcode) -> Bool {
    guard code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING, socketsOpened == 0, response.isEmpty,
      !hasMovedConnection
    else { return false }
    hasMovedConnection = true
    easy.set(CURLOPT_FRESH_CONNECT, 1)
    forgetResponse()
    return true
  }

  /// The attempt's result; the handle is idle afterwards. The caller has taken it out of the multi handle.
  func finish(_ code: CURLcode) -> AttemptResult? {
    finish(outcome(of: code))
  }

  /// Gives the attempt up. The caller has taken the handle out of the multi handle.
  func abandon() -> AttemptResult? {
    finish(.failure(.stopped))
  }

  private func finish(_ outcome: Outcome) -> AttemptResult? {
    guard let attempt else { return nil }
    self.attempt = nil
    responseBody = []
    // A large body is not worth keeping the room for.
    if requestBody.count > 65_536 {
      requestBody.deallocate()
      requestBody = .allocate(byteCount: 1024, alignment: 1)
    }
    return AttemptResult(task: attempt.task, startedAt: attempt.startedAt, duration: .now - startedAt, outcome: outcome)
  }

  private func outcome(of code: CURLcode) -> Outcome {
    if code == CURLE_OK || (code == CURLE_WRITE_ERROR && isBodyCut) {
      let status = fanfare_easy_response_code(easy.pointer)
      // A receiver has no reason for this word; it is the proxy's own, and no fault of the delivery.
      if limits.proxy != nil, status == 407 { return .failure(.proxyAsksForCredentials) }
      return .response(status: status, body: responseBody, retryAfter: response.retryAfter)
    }
    if let excess = response.excess { return .failure(TransportFailure(kind: .broken, detail: excess)) }
    if let refusedAddress, socketsOpened == 0 {
      return .failure(.refused(refusedAddress.address, kind: refusedAddress.kind))
    }
    let text = errorText[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(errorText.baseAddress)
    return .failure(TransportFailure(code, at: stage, detail: text.map { String(cString: $0) } ?? ""))
  }

  private var stage: ConnectionStage {
    if fanfare_easy_connected_after(easy.pointer) > 0 { return .connected }
    return socketsOpened > 0 ? .connecting : .resolving
  }

  // MARK: Called by libcurl

  private func received(body bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
    let taken = min(count, limits.maxResponseBytes - responseBody.count)
    responseBody.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: taken))
    if responseBody.count < limits.maxResponseBytes { return taken }
    // Saying that nothing was taken ends the transfer: that is how the rest of an endless body is neither read nor waited for.
    isBodyCut = true
    return 0
  }

  private func received(header bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
    response.add(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
  }

  /// The address guard's place: libcurl has resolved the name and is about to connect to this address.
  private func open(_ target: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let target else { return -1 }
    // The field is declared as the smallest of its kinds; the address really there has `addrlen` bytes.
    let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16
    guard let address = IPAddress(UnsafeRawPointer(target) + offset, length: Int(target.pointee.addrlen)) else { return -1 }
    // A proxy is what the operator says, and the one thing that is connected to.
    if limits.proxy == nil, case .refused(let kind) = limits.addressGuard.verdict(for: address) {
      refusedAddress = (address, kind)
      return -1
    }
    socketsOpened += 1
    return sockets.open(family: target.pointee.family, type: target.pointee.socktype, protocol: target.pointee.protocol)
  }
}

/// What every transfer holds to.
struct TransferLimits: Sendable {
  let timeout: Duration
  let connectTimeout: Duration
  let maxResponseBytes: Int
  let caFile: String?
  /// Its URL; nil for none.
  let proxy: String?
  let nameCacheTime: Duration
  let addressGuard: AddressGuard
}

/// A request that is ready to go, and what it is for.
struct PreparedAttempt: Sendable {
  let task: DeliveryTask
  let request: OutboundRequest
  let startedAt: Timestamp
}

extension Duration {
  /// At least 1: libcurl takes 0 for no limit.
  fileprivate var wholeMilliseconds: Int { max(1, Int(clamping: wholeNanoseconds / 1_000_000)) }
}
