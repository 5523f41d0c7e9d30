/// The shapes that bodies have, as JSON Schemas (2020-12) by their names. ``OpenAPIDocument`` adds the codes to `Error`.
enum Schemas {
  /// Each schema's own text by its name, in their order, without the margin that it has in the whole.
  static var texts: [(name: String, text: String)] {
    var found: [(name: String, text: String)] = []
    for line in text.split(separator: "\n").dropFirst().dropLast() {
      if let name = line.firstMatch(of: /^  "([A-Za-z]+)": (.*)$/) {
        found.append((String(name.1), String(name.2)))
      } else {
        found[found.count - 1].text += "\n" + line.dropFirst(2)
      }
    }
    return found.map { ($0.name, $0.text.hasSuffix(",") ? String($0.text.dropLast()) : $0.text) }
  }

  static let text = ##"""
    {
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
      },
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
          "id", "state", "project", "since", "until", "matched", "counted", "done", "pending", "succeeded", "dead", "cancelled",
          "creation_time"
        ],
        "additionalProperties": false,
        "properties": {
          "id": {"type": "string"},
          "state": {"enum": ["running", "paused", "done", "cancelled"], "description": "done: all are made; some may be pending."},
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
          "done": {"type": "integer", "description": "How many were made."},
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
    }
    """##
}
