import Foundation
import FuzzTargets

/// The folder that libFuzzer begins with.
struct SeedFolder {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Writes `seed-N` for each seed and, beside the folder, the dictionary `FOLDER.dict`.
    func write(_ target: FuzzTarget) {
        try? FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        for (index, seed) in target.seeds.enumerated() {
            FileManager.default.createFile(atPath: "\(self.path)/seed-\(index)", contents: Data(seed))
        }
        // libFuzzer's dictionaries escape everything but printable ASCII.
        let words = target.mutation.pieces.filter { (1...64).contains($0.count) }.map { word in
            "\"" + word.map { byte in
                (0x20..<0x7F).contains(byte) && byte != 0x22 && byte != 0x5C
                    ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined() + "\"\n"
        }
        FileManager.default.createFile(atPath: self.path + ".dict", contents: Data(words.joined().utf8))
    }
}
