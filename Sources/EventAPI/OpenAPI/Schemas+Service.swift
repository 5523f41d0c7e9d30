extension Schemas {
  /// Accounts, health and errors.
  static let service = ##"""
      "Account": {
        "type": "object",
        "required": ["name", "role", "groups", "roles", "disabled"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "name": {"type": "string"},
          "email_address": {"type": "string"},
          "role": {"enum": ["user", "admin"]},
          "groups": {"type": "array", "items": {"type": "string"}},
          "roles": {"type": "array", "items": {"type": "string"}},
          "disabled": {"type": "boolean"},
          "creation_time": {"type": "string", "format": "date-time"},
          "last_login_time": {"type": "string", "format": "date-time"}
        }
      },
      "NewAccount": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
          "name": {"type": "string", "minLength": 1, "maxLength": 50},
          "email_address": {"type": ["string", "null"]},
          "role": {"enum": ["user", "admin"]},
          "groups": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 255}},
          "roles": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 255}},
          "disabled": {"type": "boolean"}
        }
      },
      "NewKey": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": {
          "name": {"type": "string", "minLength": 1, "maxLength": 50},
          "expiration_time": {"type": ["string", "null"], "format": "date-time", "description": "In the future."}
        }
      },
      "Key": {
        "type": "object",
        "required": ["id", "name", "creation_time"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "name": {"type": "string"},
          "creation_time": {"type": "string", "format": "date-time"},
          "expiration_time": {"type": "string", "format": "date-time"},
          "last_use_time": {"type": "string", "format": "date-time"},
          "key": {"type": "string", "description": "The key itself, once: in the answer to the request that made it."}
        }
      },
      "Health": {
        "type": "object",
        "required": ["status", "version"],
        "properties": {
          "status": {"type": "string"},
          "version": {"type": "string"},
          "parts": {
            "type": "array",
            "items": {
              "type": "object", "required": ["part", "ready", "reason"],
              "properties": {"part": {"type": "string"}, "ready": {"type": "boolean"}, "reason": {"type": "string"}}
            }
          }
        }
      },
      "Error": {
        "type": "object",
        "required": ["error", "code"],
        "additionalProperties": false,
        "properties": {
          "error": {"type": "string", "description": "A sentence for a person."},
          "code": {"type": "string", "description": "For programs."},
          "data": {"description": "What goes with it, by the code; validation_errors for invalid_request_body."}
        }
      }
    """##
}
