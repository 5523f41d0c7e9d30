import CRabbitMQ
import Fanfare

/// Memory for what is handed to librabbitmq in one call: strings and tables, all given back at once.
struct Arena: ~Copyable {
  private let pool: UnsafeMutablePointer<amqp_pool_t>

  init() {
    pool = .allocate(capacity: 1)
    init_amqp_pool(pool, 4096)
  }

  deinit {
    empty_amqp_pool(pool)
    pool.deallocate()
  }

  /// Everything handed out so far is invalid afterwards.
  mutating func reset() { recycle_amqp_pool(pool) }

  mutating func bytes(_ text: String) -> amqp_bytes_t {
    var text = text
    return text.withUTF8 { utf8 in
      var bytes = amqp_bytes_t()
      if utf8.isEmpty { return bytes }
      amqp_pool_alloc_bytes(pool, utf8.count, &bytes)
      bytes.bytes.copyMemory(from: utf8.baseAddress!, byteCount: utf8.count)  // not nil: it is not empty
      return bytes
    }
  }

  /// An object as a field table; anything else is an empty one. Numbers become 64-bit integers where they fit, else doubles.
  mutating func table(_ value: JSONValue?) -> amqp_table_t {
    guard case .object(let members) = value, !members.isEmpty else { return amqp_table_t() }
    let entries = allocate(amqp_table_entry_t.self, count: members.count)
    for (index, member) in members.enumerated() {
      entries[index] = amqp_table_entry_t(key: bytes(member.key), value: field(member.value))
    }
    return amqp_table_t(num_entries: Int32(members.count), entries: entries)
  }

  private mutating func field(_ value: JSONValue) -> amqp_field_value_t {
    var field = amqp_field_value_t()
    func kind(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(kind.rawValue) }
    switch value {
    case .null: kind(AMQP_FIELD_KIND_VOID)
    case .bool(let bool):
      kind(AMQP_FIELD_KIND_BOOLEAN)
      field.value.boolean = bool ? 1 : 0
    case .number(let text):
      if let integer = Int64(text) {
        kind(AMQP_FIELD_KIND_I64)
        field.value.i64 = integer
      } else {
        kind(AMQP_FIELD_KIND_F64)
        field.value.f64 = Double(text) ?? .nan
      }
    case .string(let text):
      kind(AMQP_FIELD_KIND_UTF8)
      field.value.bytes = bytes(text)
    case .array(let elements):
      kind(AMQP_FIELD_KIND_ARRAY)
      let entries = allocate(amqp_field_value_t.self, count: elements.count)
      for (index, element) in elements.enumerated() { entries[index] = self.field(element) }
      field.value.array = amqp_array_t(num_entries: Int32(elements.count), entries: elements.isEmpty ? nil : entries)
    case .object:
      kind(AMQP_FIELD_KIND_TABLE)
      field.value.table = table(value)
    }
    return field
  }

  private mutating func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    // The pool aligns to 8 bytes, which every field type is content with.
    amqp_pool_alloc(pool, max(1, count) * MemoryLayout<T>.stride).bindMemory(to: type, capacity: max(1, count))
  }
}
