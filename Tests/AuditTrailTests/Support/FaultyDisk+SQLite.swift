import CSQLite
import Foundation

/// How SQLite comes to use a faulty disk: a file system of SQLite's (<https://www.sqlite.org/vfs.html>) that hands every
/// call on to the default one, unless the file is on such a disk and the disk wants the call to go wrong.
///
/// It becomes the default, because GRDB knows no other. Files that are on no faulty disk are opened by SQLite's own file
/// system and never seen again here.
extension FaultyDisk {
    static let install: Void = {
        guard let base = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has no file system.") }
        precondition(sqlite3_vfs_register(FaultyDisk.makeFileSystem(base), 1) == SQLITE_OK)
    }()

    /// A file of ours; the file of SQLite's own file system lies behind it in memory.
    fileprivate struct OpenFile {
        var base: sqlite3_file
        /// Retained until the file is closed.
        var disk: Unmanaged<FaultyDisk>
        var file: FaultyDisk.File

        /// The size rounded up, so that what lies behind is aligned.
        static let size = (MemoryLayout<OpenFile>.size + 15) & ~15
    }

    nonisolated(unsafe) private static let name = strdup("faulty-disk")

    /// Lives as long as the process, as SQLite wants it.
    private static func makeFileSystem(_ base: UnsafeMutablePointer<sqlite3_vfs>) -> UnsafeMutablePointer<sqlite3_vfs> {
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        // The rest is the default's, whose functions look only at pAppData.
        system.initialize(to: base.pointee)
        system.pointee.zName = UnsafePointer(Self.name)
        system.pointee.pNext = nil
        system.pointee.szOsFile = CInt(OpenFile.size) + base.pointee.szOsFile
        system.pointee.xOpen = { _, path, file, flags, outFlags in
            guard let base = sqlite3_vfs_find("unix"), let file else { return SQLITE_CANTOPEN }
            guard let path, let place = FaultyDisk.disk(ofFileAt: String(cString: path)) else {
                return base.pointee.xOpen(base, path, file, flags, outFlags)
            }
            let step = Step(call: .open, file: place.file)
            let result = place.disk.perform(step, code: SQLITE_CANTOPEN) {
                base.pointee.xOpen(base, path, FaultyDisk.real(file), flags, outFlags)
            }
            guard result == SQLITE_OK else {
                file.pointee.pMethods = nil
                return result
            }
            UnsafeMutableRawPointer(file).initializeMemory(
                as: OpenFile.self,
                to: OpenFile(
                    base: sqlite3_file(pMethods: FaultyDisk.methods.pointer),
                    disk: .passRetained(place.disk),
                    file: place.file
                )
            )
            return SQLITE_OK
        }
        system.pointee.xDelete = { _, path, synchronizes in
            guard let base = sqlite3_vfs_find("unix") else { return SQLITE_IOERR | 10 << 8 }
            guard let path, let place = FaultyDisk.disk(ofFileAt: String(cString: path)) else {
                return base.pointee.xDelete(base, path, synchronizes)
            }
            return place.disk.perform(Step(call: .delete, file: place.file), code: SQLITE_IOERR | 10 << 8) {
                base.pointee.xDelete(base, path, synchronizes)
            }
        }
        return system
    }

    /// The file of SQLite's own file system behind one of ours.
    fileprivate static func real(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + OpenFile.size).assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Never changed after it is made.
    private struct Methods: @unchecked Sendable {
        let pointer: UnsafePointer<sqlite3_io_methods>
    }

    private static let methods: Methods = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: FaultyDisk.makeMethods())
        return Methods(pointer: UnsafePointer(methods))
    }()

    private static func makeMethods() -> sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        // Without xFetch, so that every read is a call.
        methods.iVersion = 2
        Self.addContent(to: &methods)
        Self.addLocks(to: &methods)
        methods.xClose = { file in
            guard let file else { return SQLITE_OK }
            let open = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
            let result = FaultyDisk.real(file).pointee.pMethods.pointee.xClose(FaultyDisk.real(file))
            open.pointee.disk.release()
            return result
        }
        methods.xFileControl = { file, operation, argument in
            RealFile(file).map { $0.methods.xFileControl($0.real, operation, argument) } ?? SQLITE_NOTFOUND
        }
        methods.xSectorSize = { file in RealFile(file).map { $0.methods.xSectorSize($0.real) } ?? 4096 }
        methods.xDeviceCharacteristics = { file in
            RealFile(file).map { $0.methods.xDeviceCharacteristics($0.real) } ?? 0
        }
        return methods
    }

    private static func addContent(to methods: inout sqlite3_io_methods) {
        methods.xRead = { file, buffer, count, offset in
            RealFile.perform(.read, file, SQLITE_IOERR | 1 << 8) { $0.methods.xRead($0.real, buffer, count, offset) }
        }
        methods.xWrite = { file, bytes, count, offset in
            guard let file = RealFile(file) else { return SQLITE_MISUSE }
            func write(_ count: CInt) -> CInt {
                let result = file.methods.xWrite(file.real, bytes, count, offset)
                file.disk.wrote(file.file, offset: offset, count: Int(count))
                return result
            }
            let step = Step(call: .write, file: file.file)
            return file.disk.perform(step, code: SQLITE_IOERR | 3 << 8, half: { _ = write(count / 2) }) { write(count) }
        }
        methods.xTruncate = { file, size in
            RealFile.perform(.truncate, file, SQLITE_IOERR | 6 << 8) { $0.methods.xTruncate($0.real, size) }
        }
        methods.xSync = { file, _ in
            RealFile.perform(.sync, file, SQLITE_IOERR | 4 << 8) {
                // The machine's own disk need not take part.
                $0.disk.synchronized($0.file)
                return SQLITE_OK
            }
        }
        methods.xFileSize = { file, size in
            RealFile.perform(.size, file, SQLITE_IOERR | 7 << 8) { $0.methods.xFileSize($0.real, size) }
        }
    }

    private static func addLocks(to methods: inout sqlite3_io_methods) {
        methods.xLock = { file, level in
            RealFile.perform(.lock, file, SQLITE_IOERR | 15 << 8) { $0.methods.xLock($0.real, level) }
        }
        methods.xUnlock = { file, level in RealFile(file).map { $0.methods.xUnlock($0.real, level) } ?? SQLITE_MISUSE }
        methods.xCheckReservedLock = { file, result in
            RealFile(file).map { $0.methods.xCheckReservedLock($0.real, result) } ?? SQLITE_MISUSE
        }
        methods.xShmMap = { file, region, size, extend, pointer in
            RealFile.perform(.mapIndex, file, SQLITE_IOERR | 21 << 8) {
                $0.methods.xShmMap($0.real, region, size, extend, pointer)
            }
        }
        methods.xShmLock = { file, offset, count, flags in
            guard let file = RealFile(file) else { return SQLITE_MISUSE }
            // A lock that is not released again would be no fault of a disk.
            let isUnlock = flags & SQLITE_SHM_UNLOCK != 0
            guard !isUnlock else { return file.methods.xShmLock(file.real, offset, count, flags) }
            return file.disk.perform(Step(call: .lockIndex, file: file.file), code: SQLITE_IOERR | 20 << 8) {
                file.methods.xShmLock(file.real, offset, count, flags)
            }
        }
        methods.xShmBarrier = { file in
            if let file = RealFile(file) { file.methods.xShmBarrier(file.real) }
        }
        methods.xShmUnmap = { file, deletes in
            RealFile(file).map { $0.methods.xShmUnmap($0.real, deletes) } ?? SQLITE_MISUSE
        }
    }
}

/// What a call of SQLite's is about, unpacked.
private struct RealFile {
    var disk: FaultyDisk
    var file: FaultyDisk.File
    var real: UnsafeMutablePointer<sqlite3_file>

    var methods: sqlite3_io_methods { self.real.pointee.pMethods.pointee }

    init?(_ file: UnsafeMutablePointer<sqlite3_file>?) {
        guard let file else { return nil }
        let open = UnsafeMutableRawPointer(file).assumingMemoryBound(to: FaultyDisk.OpenFile.self)
        self.disk = open.pointee.disk.takeUnretainedValue()
        self.file = open.pointee.file
        self.real = FaultyDisk.real(file)
    }

    static func perform(
        _ call: FaultyDisk.Call,
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ code: CInt,
        _ whole: (RealFile) -> CInt
    ) -> CInt {
        guard let file = RealFile(file) else { return SQLITE_MISUSE }
        return file.disk.perform(FaultyDisk.Step(call: call, file: file.file), code: code) { whole(file) }
    }
}
