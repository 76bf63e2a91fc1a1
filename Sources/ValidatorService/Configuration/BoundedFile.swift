import Foundation
import Yams

extension ConfigurationError.Problem: Error {}

/// Reads configuration files: bounded, as UTF-8, with errors that name the setting that pointed to them.
enum BoundedFile {
    static func read(
        _ path: String,
        named name: String,
        maximumBytes: Int
    ) throws(ConfigurationError.Problem) -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
            let file = FileHandle(forReadingAtPath: path)
        else {
            throw .init(name, "names \(path), which does not exist or cannot be read.")
        }
        defer { try? file.close() }
        guard let bytes = try? file.read(upToCount: maximumBytes + 1) ?? Data(), bytes.count <= maximumBytes else {
            throw .init(name, "names \(path), which is larger than \(maximumBytes) bytes.")
        }
        guard let text = String(data: bytes, encoding: .utf8), !text.contains("\0") else {
            throw .init(name, "names \(path), which is not UTF-8 text.")
        }
        return text
    }

    /// A remark when others than the owner can read a file with secrets.
    static func permissionWarning(_ path: String, named name: String) -> String? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o077 != 0
        else { return nil }
        return "\(name): \(path) holds secrets and can be read by others (mode "
            + String(mode.intValue & 0o777, radix: 8) + "); chmod 600 it."
    }
}

/// Reads YAML, and JSON, which is YAML too.
enum YAMLFile {
    static let maximumBytes = 1_048_576
    /// Nodes of a document, aliases followed, at most.
    static let maximumNodes = 100_000

    static func read(_ path: String, named name: String) throws(ConfigurationError.Problem) -> Node? {
        let text = try BoundedFile.read(path, named: name, maximumBytes: Self.maximumBytes)
        do {
            let node = try Yams.compose(yaml: text)
            if let node, !self.isBounded(node) {
                throw ConfigurationError.Problem(name, "names \(path), which unfolds without end.")
            }
            return node
        } catch let problem as ConfigurationError.Problem {
            throw problem
        } catch {
            // The parser's message quotes the file, which may hold secrets.
            throw .init(name, "names \(path), which is not valid YAML or JSON.")
        }
    }

    private static func isBounded(_ root: Node) -> Bool {
        var pending = [root]
        var seen = 0
        while let node = pending.popLast() {
            seen += 1
            if seen > Self.maximumNodes { return false }
            switch node {
            case .mapping(let mapping): for (key, value) in mapping { pending += [key, value] }
            case .sequence(let sequence): pending += Array(sequence)
            default: break
            }
        }
        return true
    }
}
