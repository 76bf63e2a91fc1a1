import FuzzTargets
import HostileInput

/// Runs libFuzzer on one target: `LoginValidatorFuzz TARGET [libFuzzer's options and folders]`.
///
/// `LoginValidatorFuzz list` names the targets; `LoginValidatorFuzz seeds TARGET FOLDER` writes a target's seeds and
/// dictionary.
@main
struct Fuzzer {
    nonisolated(unsafe) static var target = FuzzTarget.all[0]
    /// Of this thread's own time, for one input.
    static let maximumTime: Duration = .seconds(2)

    static func main() throws {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "list": print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
        case "seeds" where arguments.count == 4:
            guard let target = FuzzTarget.named(arguments[2]) else { return Self.refuse() }
            try SeedFolder(arguments[3]).write(target)
        case let name?:
            guard let target = FuzzTarget.named(name) else { return Self.refuse() }
            Self.target = target
            // libFuzzer would take the target's name for a folder: it gets the arguments without it. So its modes that
            // start this program again (-jobs, -fork, -merge) are of no use here.
            var count = CommandLine.argc - 1
            var values = CommandLine.unsafeArgv + 1
            values[0] = CommandLine.unsafeArgv[0]
            _ = runLibFuzzer(&count, &values) { bytes, count in
                Fuzzer.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        case nil: Self.refuse()
        }
    }

    static func check(_ input: [UInt8]) {
        let (broken, time) = CPUClock.measure { Self.target.brokenRules(input) }
        guard broken.isEmpty, time < Self.maximumTime else { fatalError("\(broken) after \(time)") }
    }

    private static func refuse() {
        print("Name a target: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
}

/// libFuzzer's entry for programs with a main of their own (FuzzerInterface.h).
@_silgen_name("LLVMFuzzerRunDriver")
private func runLibFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's own main, which is linked and not used, asks for this symbol.
@_cdecl("LLVMFuzzerTestOneInput")
public func unusedEntry(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt { 0 }
