extension Schemas {
  /// Events, and what is told of them.
  static let events = ##"""
      "Event": {
        "type": "object",
        "description": "What happened. Fields that were not given are left out; keys beyond these are kept and returned.",
        "required": ["id", "type", "timestamp", "event_time", "received_time"],
        "properties": {
          "id": {"type": "string", "minLength": 1, "maxLength": 255},
          "type": {"type": "string", "examples": ["UPDATE_STATE_DEPLOYMENT"]},
          "timestamp": {"type": ["integer", "string"], "description": "Nanoseconds since 1970; a string if ?timestamp=string asks for one."},
          "event_time": {"type": "string", "format": "date-time"},
          "received_time": {"type": "string", "format": "date-time"},
          "username": {"type": "string"},
          "allowed_groups": {"type": "array", "items": {"type": "string"}},
          "allowed_roles": {"type": "array", "items": {"type": "string"}, "description": "The same set as allowed_groups."},
          "inventory_project": {"type": "string"},
          "inventory_namespace": {"type": "string", "description": "The same as inventory_project."},
          "inventory_application": {"type": "string"},
          "inventory_version": {"type": "string"},
          "state_project": {"type": "string"},
          "state_environment": {"type": "string"},
          "state_deployment": {"type": "string"},
          "data": {"type": "object"}
        }
      },
      "NewEvent": {
        "type": "object",
        "required": ["type"],
        "properties": {
          "id": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
          "type": {"type": "string", "minLength": 1},
          "timestamp": {"type": ["integer", "string", "null"], "description": "Nanoseconds since 1970, or RFC 3339."},
          "username": {"type": ["string", "null"], "minLength": 1},
          "allowed_groups": {"type": ["array", "null"], "items": {"type": "string"}},
          "allowed_roles": {"type": ["array", "null"], "items": {"type": "string"}},
          "inventory_project": {"type": ["string", "null"], "minLength": 1},
          "inventory_application": {"type": ["string", "null"], "minLength": 1, "description": "With its project."},
          "inventory_version": {"type": ["string", "null"], "minLength": 1, "description": "With its application."},
          "state_project": {"type": ["string", "null"], "minLength": 1},
          "state_environment": {"type": ["string", "null"], "minLength": 1, "description": "With its project."},
          "state_deployment": {"type": ["string", "null"], "minLength": 1, "description": "With its environment."},
          "data": {"type": ["object", "null"]}
        }
      },
      "EventsByID": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Event"}},
      "Cursor": {
        "type": "object",
        "description": "The parameters of the page before or after this one.",
        "additionalProperties": false,
        "required": ["size", "sort", "order"],
        "properties": {
          "before": {"type": "string"}, "after": {"type": "string"},
          "size": {"type": "integer"}, "sort": {"type": "string"}, "order": {"enum": ["asc", "desc"]}
        }
      },
      "Explanation": {
        "type": "object",
        "required": ["event", "custody", "subscriptions"],
        "properties": {
          "event": {"$ref": "#/components/schemas/Event"},
          "custody": {
            "type": "object",
            "required": ["door", "redelivered", "received_time"],
            "additionalProperties": false,
            "properties": {
              "door": {"enum": ["amqp", "http", "service"]},
              "exchange": {"type": "string"},
              "routing_key": {"type": "string"},
              "redelivered": {"type": "boolean"},
              "received_time": {"type": "string", "format": "date-time"},
              "committed_time": {"type": "string", "format": "date-time"},
              "sequence": {"type": "integer", "description": "Its number in the order of storing; for admins."}
            }
          },
          "summary": {"type": "string", "description": "Who was told, in one sentence."},
          "subscriptions": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["id", "project", "scope", "type", "verdict", "reason", "deliveries"],
              "additionalProperties": false,
              "properties": {
                "id": {"type": "string"},
                "project": {"type": "string"},
                "scope": {"enum": ["project", "inventory", "state"]},
                "type": {"enum": ["webhook", "slack"]},
                "url": {"type": "string"},
                "verdict": {"enum": ["matched", "type", "filter", "groups", "disabled", "paused", "later"]},
                "reason": {"type": "string"},
                "clause": {"$ref": "#/components/schemas/Clause"},
                "paused_since": {"type": "string", "format": "date-time", "description": "As paused_reason, only for those who may read the project's subscriptions."},
                "paused_reason": {"type": "string"},
                "deliveries": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": ["id", "state", "attempts"],
                    "properties": {
                      "id": {"type": "string"}, "state": {"type": "string"},
                      "attempts": {"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}}
                    }
                  }
                }
              }
            }
          }
        }
      },
      "Clause": {
        "type": "object",
        "description": "The term that the verdict rests on; only for those who may read the project's subscriptions. For `type` events and type, for `groups` allowed_groups and event_groups, for `filter` the others.",
        "additionalProperties": false,
        "properties": {
          "events": {"type": "array", "items": {"type": "string"}},
          "type": {"type": "string"},
          "allowed_groups": {"type": "array", "items": {"type": "string"}},
          "event_groups": {"type": "array", "items": {"type": "string"}},
          "filter": {"type": "integer", "description": "Which of the filters, from 1."},
          "of": {"type": "integer"},
          "path": {"type": "string"},
          "predicate": {"enum": ["exists", "is_equal_to", "is_not_equal_to", "matches", "does_not_match"]},
          "expected": {"description": "What the predicate was given."},
          "value": {"description": "What the event has at the path, if it has anything."},
          "value_bytes": {"type": "integer", "description": "Instead of a value that is long."}
        }
      },
      "QuarantineEntry": {
        "type": "object",
        "required": ["id", "reason", "detail", "received_time", "size"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "reason": {"type": "string"},
          "detail": {"type": "string"},
          "exchange": {"type": "string"},
          "routing_key": {"type": "string"},
          "content_type": {"type": "string"},
          "received_time": {"type": "string", "format": "date-time"},
          "body": {"type": "string"},
          "body_base64": {"type": "string"},
          "headers": {},
          "size": {"type": "integer"}
        }
      }
    """##
}
