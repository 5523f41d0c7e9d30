import Fanfare

// Who may have deliveries made again: admins, and for a project who may write its subscriptions. Others' deliveries do not exist for him.

extension APIPorts {
  /// - Throws: 404 if one of them does not exist for the caller, before anything is said of what he may do.
  func requeue(_ ids: [DeliveryID], for call: Call) async throws -> Int {
    let reader = call.caller.reader
    if !call.caller.isAdmin {
      for project in try await deliveries.projects(of: ids, for: reader).sorted() { try call.require(.write, project: project) }
    }
    return try await deliveries.requeue(ids, for: reader, at: steadyNow())
  }

  func requeue(matching filter: DeliveryFilter, for call: Call) async throws -> Int {
    if let project = filter.project {
      try call.require(.write, project: project)
    } else if !call.caller.isAdmin {
      throw APIError.permissionDenied("this needs an admin's credential, or in the filter a project whose subscriptions you may write")
    }
    return try await deliveries.requeue(matching: filter, for: call.caller.reader, at: steadyNow())
  }
}
