import CRabbitMQ
import Fanfare

extension JSONValue {
  /// Tables nest at most this deep; what is below becomes null, so that no message can exhaust a stack.
  private static let maximumDepth = 64

  /// A field table as a JSON object. Numbers keep every digit; bytes that are not UTF-8 come as base64; times are seconds since 1970.
  init(_ table: amqp_table_t) { self.init(table, depth: 0) }

  private init(_ table: amqp_table_t, depth: Int) {
    var members: [Member] = []
    members.reserveCapacity(Int(table.num_entries))
    var keys: Set<String> = []
    for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
      let key = String(entry.key)
      // The protocol forbids a name twice; the first one counts, so that the object can be read again.
      if keys.insert(key).inserted { members.append(Member(key, JSONValue(entry.value, depth: depth + 1))) }
    }
    self = .object(members)
  }

  private init(_ field: amqp_field_value_t, depth: Int) {
    let value = field.value
    if depth > Self.maximumDepth {
      self = .null
      return
    }
    switch UInt32(field.kind) {
    case AMQP_FIELD_KIND_BOOLEAN.rawValue: self = .bool(value.boolean != 0)
    case AMQP_FIELD_KIND_I8.rawValue: self = .integer(value.i8)
    case AMQP_FIELD_KIND_U8.rawValue: self = .integer(value.u8)
    case AMQP_FIELD_KIND_I16.rawValue: self = .integer(value.i16)
    case AMQP_FIELD_KIND_U16.rawValue: self = .integer(value.u16)
    case AMQP_FIELD_KIND_I32.rawValue: self = .integer(value.i32)
    case AMQP_FIELD_KIND_U32.rawValue: self = .integer(value.u32)
    case AMQP_FIELD_KIND_I64.rawValue: self = .integer(value.i64)
    case AMQP_FIELD_KIND_U64.rawValue, AMQP_FIELD_KIND_TIMESTAMP.rawValue: self = .integer(value.u64)
    // JSON has no infinities and no NaN: those come as text.
    case AMQP_FIELD_KIND_F32.rawValue: self = value.f32.isFinite ? .number("\(value.f32)") : .string("\(value.f32)")
    case AMQP_FIELD_KIND_F64.rawValue: self = value.f64.isFinite ? .number("\(value.f64)") : .string("\(value.f64)")
    case AMQP_FIELD_KIND_DECIMAL.rawValue: self = .number(Self.decimal(value.decimal))
    case AMQP_FIELD_KIND_UTF8.rawValue, AMQP_FIELD_KIND_BYTES.rawValue:
      let bytes = UnsafeRawBufferPointer(start: value.bytes.bytes, count: value.bytes.len)
      self = .string(String(validating: bytes, as: UTF8.self) ?? Base64.encode(bytes))
    case AMQP_FIELD_KIND_ARRAY.rawValue:
      self = .array(
        UnsafeBufferPointer(start: value.array.entries, count: Int(value.array.num_entries)).map { JSONValue($0, depth: depth + 1) })
    case AMQP_FIELD_KIND_TABLE.rawValue: self = JSONValue(value.table, depth: depth)
    default: self = .null
    }
  }

  /// `value` with its point moved `decimals` places to the left.
  private static func decimal(_ decimal: amqp_decimal_t) -> String {
    let digits = String(decimal.value)
    let places = Int(decimal.decimals)
    if places == 0 { return digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
  }
}
