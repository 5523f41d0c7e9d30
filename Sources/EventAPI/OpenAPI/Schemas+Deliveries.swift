extension Schemas {
  /// Deliveries, and what makes them again.
  static let deliveries = ##"""
      "Delivery": {
        "type": "object",
        "required": ["id", "event", "event_type", "project", "scope", "subscription", "type", "state", "attempt_count", "creation_time"],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "event": {"type": "string"},
          "event_type": {"type": "string"},
          "project": {"type": "string"},
          "scope": {"enum": ["project", "inventory", "state"]},
          "subscription": {"type": "string"},
          "type": {"enum": ["webhook", "slack"]},
          "url": {"type": "string", "description": "Without what may be secret; only for those who may read the project's subscriptions."},
          "state": {"enum": ["scheduled", "succeeded", "dead", "cancelled"]},
          "next_attempt_time": {"type": "string", "format": "date-time"},
          "reason": {"type": "string"},
          "attempt_count": {"type": "integer"},
          "creation_time": {"type": "string", "format": "date-time"},
          "last_attempt_time": {"type": "string", "format": "date-time"},
          "last_reason": {"type": "string"},
          "replay": {"type": "string", "description": "The replay that made it."},
          "replay_of": {"type": "string", "description": "The delivery that it repeats, or the event where there was none."},
          "attempts": {"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}}
        }
      },
      "Attempt": {
        "type": "object",
        "required": ["number", "start_time", "duration_ms", "outcome"],
        "additionalProperties": false,
        "properties": {
          "number": {"type": "integer"},
          "start_time": {"type": "string", "format": "date-time"},
          "duration_ms": {"type": "integer"},
          "status": {"type": "integer"},
          "outcome": {"type": "string"},
          "decision": {"enum": ["succeeded", "retry", "dead"], "description": "What followed."},
          "next_attempt_time": {"type": "string", "format": "date-time"},
          "decision_reason": {"type": "string"},
          "digest": {"type": "string", "description": "The Slack message that it went in together with others."},
          "detail": {"type": "string"},
          "response_body": {"type": "string"}
        }
      },
      "NewReplay": {
        "type": "object",
        "required": ["project", "since", "until"],
        "additionalProperties": false,
        "properties": {
          "project": {"type": "string", "minLength": 1, "maxLength": 255},
          "subscription": {"type": ["string", "null"], "minLength": 1, "description": "Only for subscriptions with this id."},
          "since": {
            "type": "string", "format": "date-time",
            "description": "When events happened, as listings have it; with dead_letters when the deliveries were made."
          },
          "until": {"type": "string", "format": "date-time", "description": "After since; not included."},
          "type": {
            "description": "A glob over types, or several.",
            "anyOf": [
              {"type": ["string", "null"], "minLength": 1},
              {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string", "minLength": 1}}
            ]
          },
          "inventory_project": {"type": ["string", "null"], "minLength": 1},
          "inventory_application": {"type": ["string", "null"], "minLength": 1, "description": "Of inventory_project, else of project."},
          "inventory_version": {"type": ["string", "null"], "minLength": 1, "description": "With its application."},
          "state_project": {"type": ["string", "null"], "minLength": 1},
          "state_environment": {"type": ["string", "null"], "minLength": 1, "description": "Of state_project, else of project."},
          "state_deployment": {"type": ["string", "null"], "minLength": 1, "description": "With its environment."},
          "dead_letters": {"type": ["boolean", "null"], "description": "Make dead deliveries once more, not events."},
          "preview": {"type": ["boolean", "null"], "description": "Only count."}
        }
      },
      "ReplayCount": {
        "type": "object", "required": ["matched"], "additionalProperties": false, "properties": {"matched": {"type": "integer"}}
      },
      "Replay": {
        "type": "object",
        "required": [
          "id", "state", "project", "since", "until", "matched", "counted", "made", "done", "pending", "succeeded", "dead", "cancelled",
          "creation_time"
        ],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "state": {"enum": ["running", "paused", "done", "cancelled"], "description": "done: all are made and settled."},
          "reason": {"type": "string", "description": "Why it is cancelled, if nobody asked for it."},
          "project": {"type": "string"},
          "subscription": {"type": "string"},
          "since": {"type": "string", "format": "date-time"},
          "until": {"type": "string", "format": "date-time"},
          "type": {"type": "array", "items": {"type": "string"}},
          "inventory_project": {"type": "string"},
          "inventory_application": {"type": "string"},
          "inventory_version": {"type": "string"},
          "state_project": {"type": "string"},
          "state_environment": {"type": "string"},
          "state_deployment": {"type": "string"},
          "dead_letters": {"type": "boolean"},
          "matched": {"type": "integer", "description": "How many there are to make; while counted is false, those found so far."},
          "counted": {"type": "boolean"},
          "made": {"type": "integer", "description": "How many deliveries were made."},
          "done": {"type": "integer", "description": "How many of them are settled: succeeded, dead or cancelled."},
          "pending": {"type": "integer", "description": "Made, and neither succeeded, dead nor cancelled."},
          "succeeded": {"type": "integer"},
          "dead": {"type": "integer"},
          "cancelled": {"type": "integer"},
          "creation_time": {"type": "string", "format": "date-time"},
          "end_time": {"type": "string", "format": "date-time", "description": "When it was done or cancelled."}
        }
      },
      "Requeue": {
        "description": "Which dead letters: by id, by ids, by a filter, or all of them; one of these.",
        "oneOf": [
          {"type": "object", "additionalProperties": false, "required": ["id"], "properties": {"id": {"type": "string"}}},
          {
            "type": "object", "additionalProperties": false, "required": ["ids"],
            "properties": {"ids": {"type": "array", "minItems": 1, "items": {"type": "string"}}}
          },
          {"type": "object", "additionalProperties": false, "required": ["all"], "properties": {"all": {"const": true}}},
          {
            "type": "object", "additionalProperties": false, "minProperties": 1,
            "properties": {
              "project": {"type": "string", "minLength": 1}, "subscription": {"type": "string", "minLength": 1},
              "event": {"type": "string", "minLength": 1}, "since": {"type": "string", "format": "date-time"},
              "until": {"type": "string", "format": "date-time"}
            }
          }
        ]
      },
      "Requeued": {
        "type": "object", "required": ["requeued"], "additionalProperties": false,
        "properties": {"requeued": {"type": "integer"}, "events": {"type": "array", "items": {"type": "string"}}}
      }
    """##
}
