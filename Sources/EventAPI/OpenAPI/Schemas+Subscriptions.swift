extension Schemas {
  /// Subscriptions, and what they would send.
  static let subscriptions = ##"""
      "Subscription": {
        "type": "object",
        "required": ["id", "type", "url", "disabled"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "type": {"enum": ["webhook", "slack"]},
          "url": {"type": "string"},
          "events": {"type": "array", "items": {"type": "string"}, "description": "Globs over types."},
          "filters": {"type": "array", "items": {"$ref": "#/components/schemas/Filter"}},
          "allowed_groups": {"type": "array", "items": {"type": "string"}},
          "format": {"enum": ["event", "cloudevents", "thin"]},
          "headers": {"type": "object", "additionalProperties": {"type": "string"}},
          "retry": {
            "type": "object", "additionalProperties": false,
            "properties": {"schedule": {"type": "array", "items": {"type": "string"}}}
          },
          "rateLimit": {"type": "object", "additionalProperties": false, "properties": {"perSecond": {"type": "integer"}}},
          "ordering": {"enum": ["entity"], "description": "One at a time for each deployment, or version, in the order stored."},
          "disabled": {"type": "boolean"},
          "paused": {"type": "boolean"},
          "paused_reason": {"type": "string", "description": "by_hand, failing, or the outcome that paused it."},
          "slack_username": {"type": "string"},
          "slack_icon": {"type": "string"}
        }
      },
      "Filter": {
        "type": "object",
        "required": ["path"],
        "additionalProperties": false,
        "properties": {
          "path": {"type": "string", "description": "A JSON Pointer (RFC 6901) into the event.", "examples": ["/data/status"]},
          "is_equal_to": {}, "is_not_equal_to": {},
          "matches": {"type": ["string", "null"], "description": "A regular expression."},
          "does_not_match": {"type": ["string", "null"]}
        }
      },
      "NewSubscription": {
        "type": "object",
        "description": "A key that is null is as one that is not there.",
        "required": ["type", "url"],
        "additionalProperties": false,
        "properties": {
          "id": {
            "type": ["string", "array", "null"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
            "items": {"type": "string"}, "description": "Made if it is not there. An array is taken as allowed_groups."
          },
          "type": {"type": "string", "description": "webhook or slack."},
          "url": {"type": "string", "format": "uri"},
          "events": {"type": ["array", "null"], "minItems": 1, "items": {"type": "string", "minLength": 1}},
          "filters": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Filter"}},
          "allowed_groups": {"type": ["array", "null"], "minItems": 1, "items": {"type": "string", "minLength": 1}},
          "format": {"enum": ["event", "cloudevents", "thin", null]},
          "headers": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
          "retry": {"type": ["object", "null"], "properties": {"schedule": {"type": ["array", "null"], "items": {"type": "string"}}}},
          "rateLimit": {"type": ["object", "null"], "properties": {"perSecond": {"type": ["integer", "null"], "minimum": 1}}},
          "ordering": {"enum": ["none", "entity", null]},
          "disabled": {"type": ["boolean", "null"]},
          "paused": {"type": ["boolean", "null"]},
          "secret": {"type": ["string", "null"], "pattern": "^whsec_"},
          "slack_username": {"type": ["string", "null"]},
          "slack_icon": {"type": ["string", "null"]},
          "paused_reason": {}, "creation_time": {}, "update_time": {}
        }
      },
      "NewSubscriptions": {
        "description": "The whole set: an array, or an object keyed by id.",
        "oneOf": [
          {"type": "array", "items": {"$ref": "#/components/schemas/NewSubscription"}},
          {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/NewSubscription"}}
        ]
      },
      "Secret": {
        "type": "object",
        "required": ["secret", "previous"],
        "additionalProperties": false,
        "properties": {
          "secret": {"type": "string", "pattern": "^whsec_"},
          "previous": {
            "type": "array",
            "items": {
              "type": "object", "required": ["secret"], "additionalProperties": false,
              "properties": {"secret": {"type": "string"}, "expiration_time": {"type": "string", "format": "date-time"}}
            }
          }
        }
      },
      "DryRun": {
        "type": "object",
        "required": ["project", "scope", "since", "until", "events_examined", "subscriptions", "summary"],
        "additionalProperties": false,
        "properties": {
          "project": {"type": "string"},
          "scope": {"enum": ["project", "inventory", "state"]},
          "since": {"type": "string", "format": "date-time"},
          "until": {"type": "string", "format": "date-time"},
          "events_examined": {"type": "integer", "description": "Those that the caller may see."},
          "truncated": {"const": true, "description": "There are older ones that were not examined."},
          "examined_since": {"type": "string", "format": "date-time", "description": "The oldest that was, where it is truncated."},
          "subscriptions": {"type": "array", "items": {"$ref": "#/components/schemas/SubscriptionDifference"}},
          "summary": {
            "type": "object",
            "required": ["subscriptions", "changed", "would_send", "present_sent", "added", "removed", "unchanged"],
            "additionalProperties": false,
            "properties": {
              "subscriptions": {"type": "integer"}, "changed": {"type": "integer"}, "would_send": {"type": "integer"},
              "present_sent": {"type": "integer"}, "added": {"type": "integer"}, "removed": {"type": "integer"},
              "unchanged": {"type": "integer"}
            }
          }
        }
      },
      "SubscriptionDifference": {
        "type": "object",
        "required": ["id", "standing", "would_send", "present_sent", "added", "removed", "unchanged", "examples"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "standing": {"enum": ["kept", "new", "removed"], "description": "Whether the id is in both sets, in the one that is tried, or in the present one."},
          "would_send": {"type": "integer"},
          "present_sent": {"type": "integer"},
          "added": {"type": "integer", "description": "Would be sent, and was not."},
          "removed": {"type": "integer", "description": "Was sent, and would not be."},
          "unchanged": {"type": "integer"},
          "examples": {
            "type": "object", "required": ["added", "removed"], "additionalProperties": false,
            "properties": {
              "added": {"type": "array", "items": {"$ref": "#/components/schemas/DifferentEvent"}},
              "removed": {"type": "array", "items": {"$ref": "#/components/schemas/DifferentEvent"}}
            }
          }
        }
      },
      "DifferentEvent": {
        "type": "object",
        "required": ["event", "type", "event_time", "why"],
        "additionalProperties": false,
        "properties": {
          "event": {"type": "string"},
          "type": {"type": "string"},
          "event_time": {"type": "string", "format": "date-time"},
          "why": {"type": "string"}
        }
      },
      "PingReport": {
        "type": "object",
        "required": ["delivered", "outcome", "duration_ms"],
        "additionalProperties": false,
        "properties": {
          "delivered": {"type": "boolean", "description": "Whether a delivery would have succeeded."},
          "status": {"type": "integer"},
          "outcome": {"type": "string"},
          "duration_ms": {"type": "integer"},
          "request": {
            "type": "object", "required": ["url", "headers", "body"], "additionalProperties": false,
            "properties": {
              "url": {"type": "string", "description": "Without what may be secret."},
              "headers": {
                "type": "object", "additionalProperties": {"type": "string"}, "description": "Those of the subscription without values."
              },
              "body": {"type": "string"}
            }
          },
          "response": {
            "type": "object", "required": ["body"], "additionalProperties": false,
            "properties": {"body": {"type": "string", "description": "Its first KiB."}}
          },
          "detail": {"type": "string", "description": "Why no answer came."}
        }
      }
    """##
}
