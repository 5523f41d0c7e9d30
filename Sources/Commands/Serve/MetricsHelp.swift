/// A sentence for each metric of the parts that the composition puts together. The API describes its own.
enum MetricsHelp {
  static let sentences = [
    "fanfare_amqp_acknowledged_total": "Messages that the broker was told to forget, after the commit that stored them.",
    "fanfare_amqp_blocked": "1 while the broker takes no messages because it is short of memory or disk.",
    "fanfare_amqp_connected": "1 while the connection to the broker stands.",
    "fanfare_amqp_messages_total": "Messages that the broker has delivered.",
    "fanfare_amqp_reconnects_total": "Connections to the broker that were made again.",
    "fanfare_amqp_unacknowledged": "Messages that were delivered and are not stored yet.",
    "fanfare_commit_commands": "Commands that one transaction of the store has carried out.",
    "fanfare_commit_events": "Events that one transaction has stored.",
    "fanfare_commit_seconds": "How long a transaction took, the disk's confirmation included.",
    "fanfare_dead_letters_published_total": "Messages of the outbox that the broker has confirmed.",
    "fanfare_deliveries_in_flight": "Deliveries that are being attempted.",
    "fanfare_deliveries_in_memory": "Deliveries that were taken from the store and wait for their turn.",
    "fanfare_delivery_attempts_total": "Attempts, by what became of the delivery.",
    "fanfare_endpoints_open": "Endpoints that fail and are only probed.",
    "fanfare_http_attempt_seconds": "How long an attempt took, by how it ended.",
    "fanfare_http_connections_opened_total": "Connections to receivers that were opened.",
    "fanfare_http_in_flight": "Requests to receivers that wait for their answer.",
    "fanfare_ingest_events_total": "Events that came in, by what became of them.",
    "fanfare_ingest_failures_total": "Batches that could not be stored and are tried again.",
    "fanfare_ingest_unidentified_total": "Events that came from the broker without an id: a redelivery may be stored twice.",
    "fanfare_ingest_unknown_types_total": "Events of types that are neither built in nor in events.extraTypes.",
    "fanfare_replay_deliveries_total": "Deliveries that replays have made.",
    "fanfare_replays_held": "Replays that have as much under way as they may, and wait until some of it is settled.",
    "fanfare_replays_running": "Replays that are running.",
  ]
}
