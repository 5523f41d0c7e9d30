import Glibc
import Testing
import Threading

@Suite struct FileStatusTests {
  @Test func `a file is known by its path and by its descriptor`() throws {
    var path = Array("/tmp/fanfare-status-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    let name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      close(descriptor)
      unlink(name)
    }
    #expect(write(descriptor, "12345", 5) == 5)
    #expect(fchmod(descriptor, 0o640) == 0)
    let status = try #require(FileStatus(path: name))
    #expect(status.isRegular && status.size == 5 && status.permissions == 0o640)
    #expect(FileStatus(descriptor: descriptor) == status)
    #expect(FileStatus(path: "/tmp")?.isRegular == false)
    #expect(FileStatus(path: name + "-none") == nil && errno == ENOENT)
    #expect(FileStatus(descriptor: -1) == nil)
  }
}
