import Foundation
import FuzzTargets
import HostileInput

/// The folder that libFuzzer begins with.
struct SeedFolder {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Writes `seed-N` for each seed and, beside the folder, the dictionary `FOLDER.dict`.
    func write(_ target: FuzzTarget) throws {
        let folder = URL(fileURLWithPath: self.path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (index, seed) in target.seeds.enumerated() {
            try Data(seed).write(to: folder.appendingPathComponent("seed-\(index)"))
        }
        for (name, document) in Self.examples(for: target) {
            try document.write(to: folder.appendingPathComponent(name))
        }
        // libFuzzer's dictionaries escape everything but printable ASCII.
        let words = target.mutation.pieces.filter { (1...64).contains($0.count) }.map { word in
            "\""
                + word.map { byte in
                    (0x20..<0x7F).contains(byte) && byte != 0x22 && byte != 0x5C
                        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined() + "\"\n"
        }
        try Data(words.joined().utf8).write(to: URL(fileURLWithPath: self.path + ".dict"))
    }

    /// The documents of `schemas/examples` that the target reads, good and broken ones.
    private static func examples(for target: FuzzTarget) -> [(name: String, document: Data)] {
        guard ["login-event", "cloud-event"].contains(target.name) else { return [] }
        return ["valid", "broken"].flatMap { folder -> [(String, Data)] in
            let path = "schemas/examples/\(folder)"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return names.filter { $0.hasPrefix("login-event") }.compactMap { name in
                let isEnvelope = name.contains("cloudevent")
                guard isEnvelope == (target.name == "cloud-event"),
                    let file = FileManager.default.contents(atPath: "\(path)/\(name)"),
                    let wrapper = try? JSONSerialization.jsonObject(with: file) as? [String: Any],
                    let document = wrapper["document"],
                    let json = try? JSONSerialization.data(withJSONObject: document, options: .fragmentsAllowed)
                else { return nil }
                let headers = isEnvelope ? "content-type: application/cloudevents+json\n\n" : ""
                return ("\(folder)-\(name)", Data(headers.utf8) + json)
            }
        }
    }
}
