import AuditTrail
import Foundation
import LoginContracts

extension ServiceConfiguration {
    /// After ``readSegments(_:)``, without which there is nothing to remove.
    mutating func readRetention(_ reader: inout SettingReader) {
        let maximumAge: Duration? = reader.value(
            .retention,
            default: nil,
            shown: "off",
            rule: "off, or a time such as 400d, from 1d to 3660d"
        ) { text in
            if text.lowercased() == "off" { return .some(nil) }
            return Duration(setting: text).flatMap { RetentionPolicy.ages.contains($0) ? .some(.some($0)) : nil }
        }
        let archive: String? = reader.value(
            .archive,
            default: nil,
            shown: "",
            rule: "a folder that exists and can be written"
        ) { text in Self.isWritableFolder(text) ? .some(text) : nil }
        guard let maximumAge else {
            if archive != nil {
                reader.complain(
                    about: .archive,
                    "needs \(Setting.retention.name): only segments that are removed are archived."
                )
            }
            return
        }
        guard self.audit.segments != SegmentPolicy() else {
            reader.complain(
                about: .retention,
                "needs \(Setting.segmentMaximumSize.name) or \(Setting.segmentMaximumAge.name): without segments there is nothing to remove."
            )
            return
        }
        let trail = URL(fileURLWithPath: self.audit.database).deletingLastPathComponent()
        if let archive,
            URL(fileURLWithPath: archive).resolvingSymlinksInPath().path == trail.resolvingSymlinksInPath().path
        {
            reader.complain(about: .archive, "must be another folder than the trail's.")
        }
        self.audit.retention = RetentionPolicy(maximumAge: maximumAge, archive: archive)
    }

    private static func isWritableFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return path.isPath && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue && FileManager.default.isWritableFile(atPath: path)
    }
}
