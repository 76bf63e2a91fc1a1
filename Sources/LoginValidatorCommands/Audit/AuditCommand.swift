import ArgumentParser

/// `audit`: reads a trail. Nothing here can change one; `erase-player` takes away the key to a part of it.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Reads the audit trail, also while the service writes it.",
        subcommands: [
            AuditQueryCommand.self, AuditShowCommand.self, AuditTailCommand.self, AuditStatsCommand.self,
            AuditFindTokenCommand.self, AuditVerifyCommand.self, AuditProveCommand.self, AuditCheckpointCommand.self,
            AuditExportCommand.self, AuditEvidenceCommand.self, AuditBackupCommand.self, AuditReconcileCommand.self,
            AuditServeCommand.self, AuditAccessLogCommand.self, AuditErasePlayerCommand.self,
        ]
    )
}
