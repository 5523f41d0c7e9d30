import EventAPI

extension Settings {
  /// What is wrong with the files that the service reads at its start.
  func faultsOfFiles() async -> [String] {
    var faults: [String] = []
    if let tls = http.tls {
      do { _ = try ServerCertificate(tls) } catch { faults.append("\(error)") }
    }
    if let path = auth.jwksFile {
      do { _ = try await JWKSFile(ofSetting: path) } catch { faults.append("\(error)") }
    }
    if secretKeyFile.isThere {
      do { _ = try secretKeyFile.read() } catch { faults.append("\(error)") }
    }
    return faults
  }
}
