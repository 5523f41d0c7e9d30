extension AccessTable {
  /// Each route × each caller, and the answer.
  ///
  /// A section begins with the path that its rows go on from. Words in capitals are ``Subjects``: `EVENT-A` is an event of project p that
  /// group a may see, `EVENT-B` one for group b, `EVENT-ALL` one for everybody, `EVENT-Q` one of project q for group a; `DEAD-…` are their
  /// deliveries, all dead. Both projects have the subscriptions s and t; `BOTH` and `ONLY-T` are sets to put, which change nothing. `REPLAY-P` and
  /// `REPLAY-Q` are replays of the projects, `ORDER-…` asks for another, and `PREVIEW-P` what it would come to. `OWN` is the
  /// caller's account, or somebody's if he has none.
  ///
  ///     deny   no credential, auth.anonymous=deny       user    an account without groups and roles
  ///     open   no credential, auth.anonymous=public     group   one in group a
  ///     bad    a key that never was                     read    one with the role project:p:global:read, in no group
  ///     old    a JWT that has expired                   write   one with the role project:p:global:write, in group a
  ///     none   a JWT with the algorithm none            admin   one with the role admin
  ///
  /// `200:3` shows three things. What `403` and `403k` mean stands in ``AccessTable/codes``.
  static let text = """
    /api/v1/events/query                             deny  open   bad   old  none  user group  read write admin
    GET /                                             401 200:1  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET /?type=DELIVERY_*&state_project=p             401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /?page_from=EVENT-ALL                         401 200:0  403k  403k  403k 200:0 200:1 200:0 200:1 200:2
    GET /?page_from=EVENT-B                           401  400q  403k  403k  403k  400q  400q  400q  400q 200:1
    GET /?page_from=never                             401  400q  403k  403k  403k  400q  400q  400q  400q  400q
    GET /inventory                                    401 200:1  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET /inventory/p                                  401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /inventory/p/shop                             401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /inventory/p/shop/v1                          401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /inventory/q                                  401 200:0  403k  403k  403k 200:0 200:1 200:0 200:1 200:1
    GET /inventory/never                              401 200:0  403k  403k  403k 200:0 200:0 200:0 200:0 200:0
    GET /project                                      401 200:1  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET /project/p                                    401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /project/p/prod                               401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /project/p/prod/web/1                         401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /project/p/prod/deployment                    401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /project/p/prod/deployment?deployment=web/1   401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /project/q                                    401 200:0  403k  403k  403k 200:0 200:1 200:0 200:1 200:1
    GET /state                                        401 200:1  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET /state/p                                      401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /state/p/prod                                 401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET /state/p/prod/web%2F1                         401 200:1  403k  403k  403k 200:1 200:2 200:1 200:2 200:3

    /api/v1/events                                   deny  open   bad   old  none  user group  read write admin
    GET /event/EVENT-A                                401  404e  403k  403k  403k  404e   200  404e   200   200
    GET /event/EVENT-B                                401  404e  403k  403k  403k  404e  404e  404e  404e   200
    GET /event/EVENT-ALL                              401   200  403k  403k  403k   200   200   200   200   200
    GET /event/EVENT-Q                                401  404e  403k  403k  403k  404e   200  404e   200   200
    GET /event/never                                  401  404e  403k  403k  403k  404e  404e  404e  404e  404e
    GET /event/EVENT-A/explain                        401  404e  403k  403k  403k  404e   200  404e   200   200
    GET /event/EVENT-B/explain                        401  404e  403k  403k  403k  404e  404e  404e  404e   200
    GET /event/EVENT-ALL/explain                      401   200  403k  403k  403k   200   200   200   200   200
    GET /event/EVENT-Q/explain                        401  404e  403k  403k  403k  404e   200  404e   200   200
    GET /event/never/explain                          401  404e  403k  403k  403k  404e  404e  404e  404e  404e
    GET /stream                                       401   200  403k  403k  403k   200   200   200   200   200
    GET /stream?last_event_id=EVENT-A                 401  404e  403k  403k  403k  404e   200  404e   200   200
    GET /stream?last_event_id=EVENT-B                 401  404e  403k  403k  403k  404e  404e  404e  404e   200
    GET /stream?last_event_id=never                   401  404e  403k  403k  403k  404e  404e  404e  404e  404e
    GET /export                                       401 200:1  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET /export?inventory_project=q                   401 200:0  403k  403k  403k 200:0 200:1 200:0 200:1 200:1

    /api/v1/events/subscriptions                     deny  open   bad   old  none  user group  read write admin
    GET  /project/p                                   401   401  403k  403k  403k   403   403 200:2 200:2 200:2
    GET  /project/q                                   401   401  403k  403k  403k   403   403   403   403 200:2
    GET  /project/never                               401   401  403k  403k  403k   403   403   403   403 200:0
    GET  /project/p/t/secret                          401   401  403k  403k  403k   403   403   403   200   200
    GET  /project/p/never/secret                      401   401  403k  403k  403k   403   403   403  404s  404s
    GET  /project/q/s/secret                          401   401  403k  403k  403k   403   403   403   403   200
    GET  /inventory/p                                 401   401  403k  403k  403k   403   403 200:1 200:1 200:1
    GET  /inventory/p/t/secret                        401   401  403k  403k  403k   403   403   403   200   200
    GET  /state/p                                     401   401  403k  403k  403k   403   403 200:1 200:1 200:1
    GET  /state/p/t/secret                            401   401  403k  403k  403k   403   403   403   200   200
    PUT  /project/p BOTH                              401   401  403k  403k  403k   403   403   403 200:2 200:2
    PUT  /project/q BOTH                              401   401  403k  403k  403k   403   403   403   403 200:2
    PUT  /project/p nonsense                          401   401  403k  403k  403k   403   403   403  400b  400b
    POST /project/p/test BOTH                         401   401  403k  403k  403k   403   403   200   200   200
    POST /project/q/test BOTH                         401   401  403k  403k  403k   403   403   403   403   200
    POST /project/never/test []                       401   401  403k  403k  403k   403   403   403   403   200
    POST /project/p/test nonsense                     401   401  403k  403k  403k   403   403  400b  400b  400b
    POST /inventory/p/test ONLY-T                     401   401  403k  403k  403k   403   403   200   200   200
    POST /state/p/test ONLY-T                         401   401  403k  403k  403k   403   403   200   200   200
    POST /project/p/t/secret/rotate                   401   401  403k  403k  403k   403   403   403   200   200
    POST /project/p/never/secret/rotate               401   401  403k  403k  403k   403   403   403  404s  404s
    POST /project/q/s/secret/rotate                   401   401  403k  403k  403k   403   403   403   403   200
    POST /project/p/t/pause                           401   401  403k  403k  403k   403   403   403   200   200
    POST /project/p/never/pause                       401   401  403k  403k  403k   403   403   403  404s  404s
    POST /project/p/t/resume                          401   401  403k  403k  403k   403   403   403   200   200
    POST /project/q/t/resume                          401   401  403k  403k  403k   403   403   403   403   200
    POST /project/p/t/ping                            401   401  403k  403k  403k   403   403   403   200   200
    POST /project/p/never/ping                        401   401  403k  403k  403k   403   403   403  404s  404s
    POST /project/q/t/ping                            401   401  403k  403k  403k   403   403   403   403   200
    PUT  /inventory/p ONLY-T                          401   401  403k  403k  403k   403   403   403 200:1 200:1
    POST /inventory/p/t/secret/rotate                 401   401  403k  403k  403k   403   403   403   200   200
    POST /inventory/p/t/pause                         401   401  403k  403k  403k   403   403   403   200   200
    POST /inventory/p/t/ping                         401   401  403k  403k  403k   403   403   403   200   200
    POST /inventory/p/t/resume                        401   401  403k  403k  403k   403   403   403   200   200
    PUT  /state/p ONLY-T                              401   401  403k  403k  403k   403   403   403 200:1 200:1
    POST /state/p/t/secret/rotate                     401   401  403k  403k  403k   403   403   403   200   200
    POST /state/p/t/pause                             401   401  403k  403k  403k   403   403   403   200   200
    POST /state/p/t/ping                             401   401  403k  403k  403k   403   403   403   200   200
    POST /state/p/t/resume                            401   401  403k  403k  403k   403   403   403   200   200

    /api/v1/events/deliveries                        deny  open   bad   old  none  user group  read write admin
    GET  /                                            401   401  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET  /?project=p&state=dead                       401   401  403k  403k  403k 200:1 200:2 200:1 200:2 200:3
    GET  /?event=EVENT-B                              401   401  403k  403k  403k 200:0 200:0 200:0 200:0 200:1
    GET  /DEAD-A                                      401   401  403k  403k  403k  404d   200  404d   200   200
    GET  /DEAD-B                                      401   401  403k  403k  403k  404d  404d  404d  404d   200
    GET  /DEAD-ALL                                    401   401  403k  403k  403k   200   200   200   200   200
    GET  /never                                       401   401  403k  403k  403k  404d  404d  404d  404d  404d
    POST /DEAD-A/retry                                401   401  403k  403k  403k  404d   403  404d   200   200
    POST /DEAD-B/retry                                401   401  403k  403k  403k  404d  404d  404d  404d   200
    POST /DEAD-ALL/retry                              401   401  403k  403k  403k   403   403   403   200   200
    POST /DEAD-Q/retry                                401   401  403k  403k  403k  404d   403  404d   403   200
    POST /never/retry                                 401   401  403k  403k  403k  404d  404d  404d  404d  404d

    /api/v1/events/dead-letters                      deny  open   bad   old  none  user group  read write admin
    GET  /                                            401   401  403k  403k  403k 200:1 200:3 200:1 200:3 200:4
    GET  /?project=q                                  401   401  403k  403k  403k 200:0 200:1 200:0 200:1 200:1
    POST /requeue {"id":"DEAD-A"}                     401   401  403k  403k  403k  404d   403  404d   200   200
    POST /requeue {"id":"DEAD-B"}                     401   401  403k  403k  403k  404d  404d  404d  404d   200
    POST /requeue {"ids":["DEAD-A","DEAD-Q"]}         401   401  403k  403k  403k  404d   403  404d   403   200
    POST /requeue {"ids":["DEAD-A","DEAD-B"]}         401   401  403k  403k  403k  404d  404d  404d  404d   200
    POST /requeue {"event":"EVENT-A"}                 401   401  403k  403k  403k   403   403   403   403   200
    POST /requeue {"project":"p"}                     401   401  403k  403k  403k   403   403   403   200   200
    POST /requeue {"project":"q"}                     401   401  403k  403k  403k   403   403   403   403   200
    POST /requeue {"all":true}                        401   401  403k  403k  403k   403   403   403   403   200
    POST /requeue {}                                  401   401  403k  403k  403k  400b  400b  400b  400b  400b

    /api/v1/events/replays                           deny  open   bad   old  none  user group  read write admin
    GET  /                                            401   401  403k  403k  403k 200:0 200:0 200:1 200:1 200:2
    GET  /?project=q                                  401   401  403k  403k  403k 200:0 200:0 200:0 200:0 200:1
    GET  /REPLAY-P                                    401   401  403k  403k  403k  404p  404p   200   200   200
    GET  /REPLAY-Q                                    401   401  403k  403k  403k  404p  404p  404p  404p   200
    GET  /never                                       401   401  403k  403k  403k  404p  404p  404p  404p  404p
    POST / ORDER-P                                    401   401  403k  403k  403k   403   403   403   201   201
    POST / ORDER-Q                                    401   401  403k  403k  403k   403   403   403   403   201
    POST / PREVIEW-P                                  401   401  403k  403k  403k   403   403   403   200   200
    POST / {}                                         401   401  403k  403k  403k  400b  400b  400b  400b  400b
    POST /REPLAY-P/pause                              401   401  403k  403k  403k  404p  404p   403   200   200
    POST /REPLAY-P/resume                             401   401  403k  403k  403k  404p  404p   403   200   200
    POST /REPLAY-P/cancel                             401   401  403k  403k  403k  404p  404p   403   200   200
    POST /REPLAY-Q/cancel                             401   401  403k  403k  403k  404p  404p  404p  404p   200
    POST /never/pause                                 401   401  403k  403k  403k  404p  404p  404p  404p  404p

    /api/v1/events/quarantine                        deny  open   bad   old  none  user group  read write admin
    GET  /                                            401   401  403k  403k  403k   403   403   403   403 200:1
    GET  /QUARANTINED                                 401   401  403k  403k  403k   403   403   403   403   200
    GET  /never                                       401   401  403k  403k  403k   403   403   403   403  404q
    POST /QUARANTINED/requeue                         401   401  403k  403k  403k   403   403   403   403   200
    POST /never/requeue                               401   401  403k  403k  403k   403   403   403   403  404q

    /v0                                              deny  open   bad   old  none  user group  read write admin
    GET    /account                                   401   401  403k  403k  403k   200   200   200   200   200
    GET    /accounts                                  401   401  403k  403k  403k   403   403   403   403 200:6
    GET    /accounts/id/OWN                           401   401  403k  403k  403k   403   403   403   403   200
    GET    /accounts/id/ACCOUNT                       401   401  403k  403k  403k   403   403   403   403   200
    GET    /accounts/id/never                         401   401  403k  403k  403k   403   403   403   403  404a
    GET    /accounts/id/OWN/api_keys                  401   401  403k  403k  403k 200:2 200:2 200:2 200:2 200:2
    GET    /accounts/id/ACCOUNT/api_keys              401   401  403k  403k  403k   403   403   403   403 200:1
    GET    /accounts/id/never/api_keys                401   401  403k  403k  403k   403   403   403   403  404a
    POST   /accounts {"name":"NAME"}                  401   401  403k  403k  403k   403   403   403   403   201
    POST   /accounts {"name":""}                      401   401  403k  403k  403k   403   403   403   403  400b
    PUT    /accounts/id/OWN {"name":"NAME"}           401   401  403k  403k  403k   403   403   403   403  409l
    PUT    /accounts/id/ACCOUNT {"name":"NAME"}       401   401  403k  403k  403k   403   403   403   403   200
    PUT    /accounts/id/never {"name":"NAME"}         401   401  403k  403k  403k   403   403   403   403  404a
    DELETE /accounts/id/OWN                           401   401  403k  403k  403k   403   403   403   403  409l
    DELETE /accounts/id/ACCOUNT                       401   401  403k  403k  403k   403   403   403   403   204
    DELETE /accounts/id/never                         401   401  403k  403k  403k   403   403   403   403  404a
    POST   /accounts/id/OWN/api_keys {"name":"k"}     401   401  403k  403k  403k   201   201   201   201   201
    POST   /accounts/id/ACCOUNT/api_keys {"name":"k"} 401   401  403k  403k  403k   403   403   403   403   201
    POST   /accounts/id/never/api_keys {"name":"k"}   401   401  403k  403k  403k   403   403   403   403  404a
    DELETE /accounts/id/OWN/api_keys/id/OWN-KEY       401   401  403k  403k  403k   204   204   204   204   204
    DELETE /accounts/id/OWN/api_keys/id/KEY           401   401  403k  403k  403k  404k  404k  404k  404k  404k
    DELETE /accounts/id/ACCOUNT/api_keys/id/KEY       401   401  403k  403k  403k   403   403   403   403   204
    DELETE /accounts/id/ACCOUNT/api_keys/id/OWN-KEY   401   401  403k  403k  403k   403   403   403   403  404k

    /                                                deny  open   bad   old  none  user group  read write admin
    GET /                                             200   200   200   200   200   200   200   200   200   200
    GET /health                                       200   200   200   200   200   200   200   200   200   200
    GET /health/live                                  200   200   200   200   200   200   200   200   200   200
    GET /health/ready                                 200   200   200   200   200   200   200   200   200   200
    GET /docs                                         200   200   200   200   200   200   200   200   200   200
    GET /openapi.json                                 200   200   200   200   200   200   200   200   200   200
    GET /metrics                                      401   401  403k  403k  403k   403   403   403   403   200
    GET /never                                       404r  404r  404r  404r  404r  404r  404r  404r  404r  404r
    PATCH /metrics                                   405m  405m  405m  405m  405m  405m  405m  405m  405m  405m
    POST /internal/create-event {}                   404r  404r  404r  404r  404r  404r  404r  404r  404r  404r
    POST /api/v1/internal/create-event {}            404r  404r  404r  404r  404r  404r  404r  404r  404r  404r
    DELETE /api/v1/events/event/EVENT-A              405m  405m  405m  405m  405m  405m  405m  405m  405m  405m
    """
}
