import HostileInput
import Testing

@testable import PlatformClient

@Suite struct SlotListTests {
    @Test func slotsLeaveInTheOrderTheyCame() {
        var list = SlotList()
        for slot in [3, 0, 7] { list.append(slot) }
        list.prepend(5)
        #expect(list.count == 4)
        #expect(list.first == 5)
        #expect(list.popLast() == 7)
        #expect(list.popFirst() == 5)
        #expect(list.popFirst() == 3)
        #expect(list.popFirst() == 0)
        #expect(list.popFirst() == nil)
        #expect(list.popLast() == nil)
        #expect(list.isEmpty)
    }

    @Test(arguments: 0..<20)
    func listBehavesAsAnArray(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var list = SlotList()
        var model: [Int] = []
        for _ in 0..<1000 {
            let slot = Int.random(in: 0..<12, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !model.contains(slot):
                list.append(slot)
                model.append(slot)
            case 1 where !model.contains(slot):
                list.prepend(slot)
                model.insert(slot, at: 0)
            case 2 where model.contains(slot):
                list.remove(slot)
                model.removeAll { $0 == slot }
            case 3:
                #expect(list.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            default:
                break
            }
            #expect(list.count == model.count && list.first == model.first && list.last == model.last)
            #expect((0..<12).allSatisfy { list.contains($0) == model.contains($0) })
        }
    }
}
