import NIOSSL
import Synchronization

/// The certificate and key that a listener shows to new connections; read again on demand, while old connections go on with the old ones.
public final class ServerCertificate: Sendable {
  /// What is wrong with a file, as a sentence that names it.
  public struct Fault: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  public typealias Read = @Sendable (_ path: String) throws -> [UInt8]

  private struct Loaded {
    var context: NIOSSLContext
    var expiry: Int64
  }

  private let certificatePath: String
  private let keyPath: String
  private let read: Read
  private let loaded: Mutex<Loaded>

  /// Reads both files.
  ///
  /// - Parameters:
  ///   - certificatePath: PEM; the server's own certificate first, then those between it and a root.
  ///   - keyPath: PEM, not encrypted.
  ///   - read: the contents of a file, or an error that names it.
  /// - Throws: ``Fault``, or what `read` throws.
  public init(certificatePath: String, keyPath: String, read: @escaping Read) throws {
    self.certificatePath = certificatePath
    self.keyPath = keyPath
    self.read = read
    loaded = Mutex(try Self.load(certificatePath, keyPath, read))
  }

  /// Reads both files again, for the connections that come from now on. What there was stays if something is wrong with them.
  ///
  /// - Throws: ``Fault``, or what `read` throws.
  public func reload() throws {
    let new = try Self.load(certificatePath, keyPath, read)
    loaded.withLock { $0 = new }
  }

  /// When the certificate stops being valid, in seconds since 1970.
  public var expiry: Int64 { loaded.withLock { $0.expiry } }

  var context: NIOSSLContext { loaded.withLock { $0.context } }

  private static func load(_ certificatePath: String, _ keyPath: String, _ read: Read) throws -> Loaded {
    let certificateBytes = try read(certificatePath)
    let keyBytes = try read(keyPath)
    guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificateBytes), let own = chain.first else {
      throw Fault(description: "\(certificatePath) holds no PEM certificate")
    }
    // Asked for a passphrase, the library would otherwise ask whoever sits at the terminal.
    guard let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem, passphraseCallback: { $0([UInt8]()) }) else {
      let isEncrypted = String(decoding: keyBytes, as: UTF8.self).contains("ENCRYPTED")
      throw Fault(description: isEncrypted ? "the key in \(keyPath) is encrypted" : "\(keyPath) holds no PEM private key")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do {
      return Loaded(context: try NIOSSLContext(configuration: configuration), expiry: Int64(own.notValidAfter))
    } catch {
      throw Fault(description: "the key in \(keyPath) does not belong to the certificate in \(certificatePath)")
    }
  }
}
