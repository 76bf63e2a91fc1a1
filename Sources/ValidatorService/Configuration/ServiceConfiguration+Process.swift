import AuditTrail
import Foundation
import LoginContracts

extension ServiceConfiguration {
    mutating func readAudit(_ reader: inout SettingReader) {
        self.audit.database = reader.value(
            .database,
            default: self.audit.database,
            shown: self.audit.database,
            rule: "the path of a file; a trail in memory would be no trail"
        ) { Self.isDatabasePath($0) ? $0 : nil }
        let fingerprintLengths = Self.minimumFingerprintKeyLength...TokenFingerprinter.maximumKeyLength
        self.audit.fingerprintKeyBytes = Self.key(.fingerprintKey, lengths: fingerprintLengths, &reader)
        let checkpointLengths = NoteSigner.keyLength...NoteSigner.keyLength
        self.audit.checkpointKeyBytes = Self.key(.checkpointKey, lengths: checkpointLengths, &reader)
        self.audit.checkpointOrigin = reader.value(
            .checkpointOrigin,
            default: nil,
            shown: "",
            rule: "1 to 255 visible characters without spaces and plus signs, such as example.org/logins"
        ) { text in
            let isName =
                !text.isEmpty && text.utf8.count <= 255 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2B }
            return isName ? .some(text) : nil
        }
        self.audit.checkpointInterval = reader.duration(
            .checkpointInterval,
            default: self.audit.checkpointInterval,
            in: .seconds(1)...(.seconds(3600))
        )
        self.audit.hasPlayerKeys = reader.flag(.playerKeys, default: self.audit.hasPlayerKeys)
        self.readAccess(&reader)
        self.readSegments(&reader)
        self.readRetention(&reader)
    }

    private mutating func readAccess(_ reader: inout SettingReader) {
        self.audit.accessLog = reader.value(
            .accessLog,
            default: self.audit.accessLog,
            shown: "beside the trail",
            rule: "the path of a file, or off"
        ) { text in
            if text.lowercased() == "off" { return .off }
            return Self.isDatabasePath(text) ? .at(text) : nil
        }
        self.audit.requirePurpose = reader.word(.requirePurpose, default: .off)
    }

    private static func isDatabasePath(_ text: String) -> Bool {
        text.isPath && !text.hasPrefix(":memory:") && !text.hasPrefix("file:") && !text.hasSuffix("/")
    }

    /// A secret key in hexadecimal or base64, `nil` when there is none or it is none.
    private static func key(_ setting: Setting, lengths: ClosedRange<Int>, _ reader: inout SettingReader) -> [UInt8]? {
        guard let key = reader.secret(setting) else { return nil }
        let hexadecimal = [UInt8](hexadecimal: key.value, count: key.value.utf8.count / 2)
        let bytes = hexadecimal ?? Data(base64Encoded: key.value).map { Array($0) }
        guard let bytes, lengths.contains(bytes.count) else {
            let length =
                lengths.count == 1 ? "\(lengths.lowerBound)" : "\(lengths.lowerBound) to \(lengths.upperBound)"
            reader.problems.append(
                .init(
                    setting,
                    nil,
                    "must be \(length) bytes in hexadecimal or base64; `openssl rand -hex 32` makes one."
                )
            )
            return nil
        }
        return bytes
    }

    /// As long as the digest of HMAC-SHA-256 (RFC 2104 section 3).
    static let minimumFingerprintKeyLength = 32

    mutating func readProcess(_ reader: inout SettingReader) {
        self.readOperations(&reader)
        self.instanceID = reader.name(.instanceID, default: Self.hostName, maximumLength: Self.maximumInstanceIDLength)
        self.logLevel = reader.word(.logLevel, default: LogLevel.info).rawValue
        self.logFormat = reader.word(.logFormat, default: LogFormat.automatic)
        self.shutdownTimeout = reader.duration(
            .shutdownTimeout,
            default: self.shutdownTimeout,
            in: .milliseconds(100)...(.seconds(600))
        )
        let stalls: ClosedRange<Duration> = .seconds(2)...(.seconds(86_400))
        self.stallTimeout = reader.value(
            .stallTimeout,
            default: self.stallTimeout,
            shown: "2m",
            rule: "off, or a time such as 90s or 5m, from 2s to 24h"
        ) { text in
            if text.lowercased() == "off" { return .some(nil) }
            return Duration(setting: text).flatMap { stalls.contains($0) ? .some(.some($0)) : nil }
        }
        self.allowsCoreDumps = reader.flag(.coreDumps, default: false)
        if self.allowsCoreDumps {
            reader.warnings.append(
                "\(Setting.coreDumps.name) lets a crash write this process' memory, tokens and keys with it, to disk."
            )
        }
    }

    private static let maximumInstanceIDLength = 100

    /// The kernel's name of this machine; no name server is asked. What cannot be in an instance's name becomes a dash.
    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        let result = gethostname(&buffer, buffer.count - 1)
        let bytes = buffer.prefix { $0 != 0 }.prefix(Self.maximumInstanceIDLength).map { UInt8(bitPattern: $0) }
        let name = bytes.map { byte -> UInt8 in
            let isLegal =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x2E
            return isLegal ? byte : 0x2D
        }
        return result == 0 && !name.isEmpty ? String(decoding: name, as: UTF8.self) : "localhost"
    }
}

/// The levels of the log, by swift-log's names.
private enum LogLevel: String, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
