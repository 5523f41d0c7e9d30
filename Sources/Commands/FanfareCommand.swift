import ArgumentParser
import Glibc

@main
struct FanfareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fanfare",
    abstract: "An event service: an audit trail that also tells people.",
    discussion: """
      Producers publish events to AMQP or HTTP; Fanfare stores each one durably, matches it with the subscriptions of its project, and \
      delivers webhooks and Slack messages with retries until they arrive or are dead letters.
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(name: "The service:", subcommands: [Serve.self, CheckConfig.self]),
      CommandGroup(name: "Around it:", subcommands: [PublishCommand.self, ListenCommand.self]),
      CommandGroup(
        name: "Asking it:",
        subcommands: [
          EventsCommand.self, TailCommand.self, ExportCommand.self, ExplainCommand.self, SubscriptionsCommand.self,
          DeliveriesCommand.self, DeadLettersCommand.self, RequeueCommand.self,
          ReplayCommand.self,
        ]),
      CommandGroup(name: "Who may do what:", subcommands: [AccountsCommand.self, KeysCommand.self]),
      CommandGroup(name: "Its data:", subcommands: [DoctorCommand.self, BackupCommand.self]),
      CommandGroup(name: "While it is stopped:", subcommands: [RestoreCommand.self, SecretsCommand.self]),
    ])

  static let version = "0.1.0"

  static func main() async {
    // A service may be asked for a reload as soon as its process is there, and would end of it before there is anything to reload.
    if CommandLine.arguments.dropFirst().first == Serve._commandName { signal(SIGHUP, SIG_IGN) }
    await main(nil)
  }
}
