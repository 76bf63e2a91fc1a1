/// A doubly linked list of small numbers, each in it at most once, with the links in an array.
///
/// Every operation takes constant time, also the removal from the middle, which is what a cancellation or an answer
/// does to a queue of waiters or deadlines.
struct SlotList: Sendable {
    private var links: [Link] = []
    private(set) var first: Int?
    private(set) var last: Int?
    private(set) var count = 0

    private struct Link {
        var previous: Int32 = Link.none
        var next: Int32 = Link.none
        var isMember = false

        static let none: Int32 = -1
    }

    var isEmpty: Bool { self.count == 0 }

    func contains(_ slot: Int) -> Bool { slot < self.links.count && self.links[slot].isMember }

    mutating func append(_ slot: Int) {
        self.makeRoom(for: slot)
        self.links[slot] = Link(previous: Int32(self.last ?? -1), next: Link.none, isMember: true)
        if let last = self.last { self.links[last].next = Int32(slot) } else { self.first = slot }
        self.last = slot
        self.count += 1
    }

    mutating func prepend(_ slot: Int) {
        self.makeRoom(for: slot)
        self.links[slot] = Link(previous: Link.none, next: Int32(self.first ?? -1), isMember: true)
        if let first = self.first { self.links[first].previous = Int32(slot) } else { self.last = slot }
        self.first = slot
        self.count += 1
    }

    mutating func remove(_ slot: Int) {
        let link = self.links[slot]
        precondition(link.isMember, "Slot \(slot) is not in the list")
        if link.previous == Link.none {
            self.first = link.next == Link.none ? nil : Int(link.next)
        } else {
            self.links[Int(link.previous)].next = link.next
        }
        if link.next == Link.none {
            self.last = link.previous == Link.none ? nil : Int(link.previous)
        } else {
            self.links[Int(link.next)].previous = link.previous
        }
        self.links[slot] = Link()
        self.count -= 1
    }

    mutating func popFirst() -> Int? {
        guard let first = self.first else { return nil }
        self.remove(first)
        return first
    }

    mutating func popLast() -> Int? {
        guard let last = self.last else { return nil }
        self.remove(last)
        return last
    }

    private mutating func makeRoom(for slot: Int) {
        precondition(!self.contains(slot), "Slot \(slot) is in the list already")
        while self.links.count <= slot { self.links.append(Link()) }
    }
}
