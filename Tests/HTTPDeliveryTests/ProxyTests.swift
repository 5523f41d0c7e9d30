import Fanfare
import HTTPDelivery
import NIOCore
import NIOHTTP1
import Testing

/// Attempts through a proxy that the operator has named.
@Suite(.timeLimit(.minutes(20)))
struct ProxyTests {
  @Test(arguments: [
    "http://proxy.example", "https://proxy.example:3128/", "socks5://10.0.0.1:1080", "socks5h://user:p%40ss@proxy", "HTTP://[::1]:3128",
  ])
  func `a proxy is a URL with a host`(text: String) {
    #expect(ProxyURL(text) != nil)
  }

  @Test(arguments: [
    "", "proxy.example:3128", "http://", "ftp://proxy", "http://proxy:0", "http://proxy:65536", "http://proxy:x", "http://proxy/path",
    "http://proxy?x", "http://a b", "http://u@v@proxy", "http://[::1", "http://[proxy]", "http://:3128", "socks4://proxy",
  ])
  func `anything else is none`(text: String) {
    #expect(ProxyURL(text) == nil)
  }

  @Test func `all goes through the proxy, which the guard lets be wherever it is, and names are the proxy's to resolve`() async throws {
    let proxy = try await Receiver()
    try await withSender {
      $0.allowNetworks = []
      $0.proxy = ProxyURL("http://ann:geheim@127.0.0.1:\(proxy.port)")
    } body: { sender async throws in
      #expect(try await sender.attempt(sampleTask(to: "http://no-such-host.invalid/hook?a=b")).outcome.status == 204)
    }
    let request = try #require(proxy.requests.first)
    #expect(request.path == "http://no-such-host.invalid/hook?a=b")
    #expect(request.headers["host"] == ["no-such-host.invalid"])
    #expect(request.headers["proxy-authorization"] == ["Basic YW5uOmdlaGVpbQ=="])
    try await proxy.close()
  }

  @Test(arguments: ["http://127.0.0.1", "http://2130706433", "http://[::ffff:10.0.0.1]", "http://localhost", "https://169.254.169.254"])
  func `an address that the guard refuses is not asked of the proxy`(host: String) async throws {
    let proxy = try await Receiver()
    try await withSender {
      $0.allowNetworks = []
      $0.proxy = ProxyURL("http://127.0.0.1:\(proxy.port)")
    } body: { sender async throws in
      let failure = try #require(try await sender.attempt(sampleTask(to: host + "/hook")).outcome.failure)
      #expect(failure.kind == .addressRefused)
    }
    #expect(proxy.connections == 0)
    try await proxy.close()
  }

  @Test func `nothing goes past a proxy that is not there, or that wants a password, and no delivery dies of it`() async throws {
    let receiver = try await Receiver()
    try await withSender {
      // The operating system gives this port to nobody.
      $0.proxy = ProxyURL("http://127.0.0.1:1")
    } body: { sender async throws in
      #expect(try await sender.attempt(sampleTask(to: receiver.url)).outcome.failure?.kind == .notConnected)
    }
    let strict = try await Receiver { _ in Receiver.Answer(status: 407) }
    try await withSender {
      $0.proxy = ProxyURL("http://ann:geheim@127.0.0.1:\(strict.port)")
    } body: { sender async throws in
      for url in [receiver.url, "https://example.com/"] {
        let failure = try #require(try await sender.attempt(sampleTask(to: url)).outcome.failure)
        #expect(failure.kind == .notConnected || failure.kind == .broken, "\(failure.detail)")
        #expect(!failure.detail.contains("geheim"))
      }
    }
    #expect(receiver.connections == 0)
    try await strict.close()
    try await receiver.close()
  }
}
