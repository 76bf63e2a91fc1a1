import Synchronization

/// Metrics by what tells them apart, each made when it is first needed and kept.
///
/// Finding one costs a lock that is never held long and a hash; nothing is allocated. At ``maximumHandles`` new ones
/// are made but not kept, and the registry's own limit decides whether they are shown.
final class HandleTable<Key: Hashable & Sendable, Handle: Sendable>: Sendable {
    private let handles = Mutex<[Key: Handle]>([:])
    private let make: @Sendable (Key) -> Handle

    static var maximumHandles: Int { 2000 }

    init(_ make: @escaping @Sendable (Key) -> Handle) {
        self.make = make
    }

    subscript(key: Key) -> Handle {
        self.handles.withLock { handles in
            if let handle = handles[key] { return handle }
            let handle = self.make(key)
            if handles.count < Self.maximumHandles { handles[key] = handle }
            return handle
        }
    }

    /// Forgets the handles that are not wanted any more and returns them.
    func removeAll(where isUnwanted: (Key) -> Bool) -> [Handle] {
        self.handles.withLock { handles in
            let keys = handles.keys.filter(isUnwanted)
            return keys.compactMap { handles.removeValue(forKey: $0) }
        }
    }
}
