import Fanfare
import HTTPTypes

/// The API of a server described as OpenAPI 3.1, made from the server's own routes.
struct OpenAPIDocument {
  let routes: [Route]
  let version: String

  /// Codes that any route may answer with.
  static let general: [ErrorCode] = [.internalError]
  /// Those of routes that want a credential.
  static let authenticated: [ErrorCode] = [
    .authenticationRequired, .unknownAPIKey, .tooManyRequests, .overloaded, .storageUnavailable,
  ]
  /// Those that belong to no route of the table, the last four because there is no whole request.
  static let unrouted: [ErrorCode] = [
    .routeNotFound, .unhandledMethod, .malformedRequest, .requestTimeout, .uriTooLong, .headersTooLarge,
  ]

  var json: [UInt8] {
    var json = JSONWriter(capacity: 1 << 17)
    json.beginObject()
    json.member("openapi", "3.1.0")
    json.object("info") { json in
      json.member("title", "Fanfare")
      json.member("version", version)
      json.member("description", Self.introduction)
    }
    json.key("tags")
    json.beginArray()
    for tag in Operation.Tag.allCases {
      json.beginObject()
      json.member("name", tag.rawValue)
      json.endObject()
    }
    json.endArray()
    json.object("paths") { json in paths(&json) }
    json.object("components") { json in
      json.object("securitySchemes") { json in
        json.key("bearer")
        json.raw(#"{"type":"http","scheme":"bearer","description":"An API key, or a JWT."}"#)
        json.key("header")
        json.raw(#"{"type":"apiKey","in":"header","name":"X-Escape-Token","description":"The same credential."}"#)
        json.key("cookie")
        json.raw(#"{"type":"apiKey","in":"cookie","name":"X-Escape-Token","description":"The same credential."}"#)
      }
      json.key("schemas")
      json.value(schemas)
    }
    json.endObject()
    return json.bytes
  }

  private static let introduction = """
    Every path works with and without its trailing slash. What a caller may not see does not exist for him. Errors are \
    {"error": sentence, "code": code, "data": …}; each answer carries X-Request-Id. Where a route answers to GET, it answers to HEAD.
    """

  /// The schemas, with the codes that `Error` can have.
  private var schemas: JSONValue {
    guard var schemas = try? JSONValue(parsing: Array(Schemas.text.utf8)) else { preconditionFailure("the schemas are not JSON") }
    let codes = JSONValue.strings(ErrorCode.allCases.map(\.rawValue))
    schemas.update("Error", "properties", "code") { $0 = .object([JSONValue.Member("enum", codes)]) }
    return schemas
  }

  // MARK: Paths

  private func paths(_ json: inout JSONWriter) {
    var written: Set<String> = []
    for route in routes where written.insert(route.publicPath).inserted {
      json.object(route.publicPath) { json in
        for other in routes where other.publicPath == route.publicPath {
          guard let operation = Operations.operation(of: other) else { continue }
          json.object(other.method.rawValue.lowercased()) { json in describe(operation, other, &json) }
        }
      }
    }
  }

  private func describe(_ operation: Operation, _ route: Route, _ json: inout JSONWriter) {
    json.member("operationId", operation.id)
    json.key("tags")
    json.strings([operation.tag.rawValue])
    json.member("summary", operation.summary)
    if !operation.detail.isEmpty { json.member("description", operation.detail) }
    switch route.access {
    case .open: break
    case .authenticated: json.security(#"[{"bearer":[]},{"header":[]},{"cookie":[]}]"#)
    case .anonymousToo: json.security(#"[{"bearer":[]},{"header":[]},{"cookie":[]},{}]"#)
    }
    json.key("parameters")
    json.beginArray()
    for variable in route.variables { parameter(variable, place: "path", Self.meaning(of: variable), Self.variableSchema, &json) }
    for parameter in operation.parameters {
      self.parameter(parameter.name, place: parameter.place.rawValue, parameter.meaning, parameter.schema, &json)
    }
    json.endArray()
    if let body = operation.body {
      json.object("requestBody") { json in
        json.key("required")
        json.bool(true)
        json.object("content") { json in
          for content in body.contents { json.object(content.type) { $0.schema(content.schema) } }
        }
      }
    }
    json.object("responses") { json in responses(operation, route, &json) }
  }

  private func parameter(_ name: String, place: String, _ meaning: String, _ schema: String, _ json: inout JSONWriter) {
    json.beginObject()
    json.member("name", name)
    json.member("in", place)
    json.member("description", meaning)
    json.key("required")
    json.bool(place == "path")
    json.schema(schema)
    json.endObject()
  }

  private func responses(_ operation: Operation, _ route: Route, _ json: inout JSONWriter) {
    for answer in operation.answers {
      json.object(String(answer.status)) { json in
        json.member("description", answer.meaning)
        if !answer.headers.isEmpty {
          json.object("headers") { json in
            for header in answer.headers {
              json.object(header.name) { json in
                json.member("description", header.meaning)
                json.schema(#"{"type":"string"}"#)
              }
            }
          }
        }
        if let type = answer.type {
          json.object("content") { json in
            json.object(type) { json in json.schema(answer.schema ?? #"{"type":"string"}"#) }
            if let other = answer.otherType { json.object(other) { json in json.schema(#"{"type":"string"}"#) } }
          }
        }
      }
    }
    let answered = Set(operation.answers.map(\.status))
    let errors = Dictionary(grouping: Set(errors(operation, route))) { Int($0.status.code) }
    for (status, codes) in errors.sorted(by: { $0.key < $1.key }) where !answered.contains(status) {
      json.object(String(status)) { json in
        json.member("description", codes.map(\.rawValue).sorted().joined(separator: ", "))
        if codes.contains(where: { $0.status == .serviceUnavailable || $0.status == .tooManyRequests }) {
          json.object("headers") { json in
            json.object("Retry-After") { json in
              json.member("description", "After how many seconds it is worth another try.")
              json.schema(#"{"type":"integer"}"#)
            }
          }
        }
        json.object("content") { json in
          json.object("application/json") { json in
            let values = codes.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ",")
            json.schema(##"{"allOf":[{"$ref":"#/components/schemas/Error"},{"properties":{"code":{"enum":[\##(values)]}}}]}"##)
          }
        }
      }
    }
  }

  /// All codes that a route may answer with.
  func errors(_ operation: Operation, _ route: Route) -> [ErrorCode] {
    var codes = operation.errors + Self.general
    if route.access != .open { codes += Self.authenticated + [.invalidQueryParameter] }
    // What changes something is refused to pages of other sites.
    if route.method != .get { codes.append(.permissionDenied) }
    if !route.variables.isEmpty { codes.append(.invalidRouteVariable) }
    let answered = Set(codes)
    return ErrorCode.allCases.filter(answered.contains)
  }

  private static let variableSchema = #"{"type":"string","minLength":1}"#

  static func meaning(of variable: String) -> String {
    switch variable {
    case "project": "The project's name."
    case "application": "The application's name."
    case "version": "The version, with or without its `v`."
    case "environment": "The environment's name."
    case "deployment": "The deployment's name, which may hold `/`."
    case "key": "The key's id."
    default: "Its id."
    }
  }
}

extension Route {
  /// The pattern as OpenAPI writes it: `{rest...}` is `{rest}`.
  var publicPath: String { pattern.replacing("...}", with: "}") }
}

extension JSONWriter {
  /// A key with an object.
  fileprivate mutating func object(_ key: String, _ members: (inout JSONWriter) -> Void) {
    self.key(key)
    beginObject()
    members(&self)
    endObject()
  }

  fileprivate mutating func schema(_ text: String) {
    key("schema")
    raw(text)
  }

  fileprivate mutating func security(_ text: String) {
    key("security")
    raw(text)
  }

  fileprivate mutating func raw(_ text: String) { raw(Array(text.utf8)) }
}

extension JSONValue {
  /// Changes a member of an object, or of an object in it.
  fileprivate mutating func update(_ path: String..., change: (inout JSONValue) -> Void) { update(path[...], change) }

  private mutating func update(_ path: ArraySlice<String>, _ change: (inout JSONValue) -> Void) {
    guard let key = path.first else { return change(&self) }
    guard case .object(var members) = self, let index = members.firstIndex(where: { $0.key == key }) else { return }
    members[index].value.update(path.dropFirst(), change)
    self = .object(members)
  }
}
