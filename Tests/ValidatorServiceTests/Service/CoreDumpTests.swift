import Testing

@testable import ValidatorService

/// Alone in changing this process' flag, and puts it back.
@Suite(.serialized) struct CoreDumpTests {
    @Test func memoryStaysInTheProcessUntilTheConfigurationAllowsOtherwise() throws {
        #expect(CoreDumps.areAllowed)
        CoreDumps.suspend()
        #expect(!CoreDumps.areAllowed)
        try CoreDumps.settle(areAllowed: true)
        #expect(CoreDumps.areAllowed)
    }
}
