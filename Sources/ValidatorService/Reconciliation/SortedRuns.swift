import Foundation
import HeapModule

/// Sorts outcomes and dead letters by their login events, any number of them in bounded memory.
///
/// They come in the order of their topics and are needed in the order of the login events' offsets. As many as memory
/// may hold are sorted and written to a temporary file as a run; at the end the runs are merged. The file has no name:
/// it is removed right after it was made, so nothing of it outlives the process, and nobody else can open it.
///
/// Memory: ``maximumRunRecords`` records of some 100 bytes, then ``maximumBufferBytes`` for reading, or 4 KiB a run where
/// that is more. Disk: 64 bytes a record, in `TMPDIR`. One thread at a time.
final class SortedRuns {
    private let descriptor: CInt
    private let folder: String
    private let maximumRunRecords: Int
    private var pending: [PublishedRecord] = []
    /// Bytes of the file where each run lies.
    private var runs: [Range<Int64>] = []
    private var end: Int64 = 0

    /// Records that are sorted in memory at a time.
    static let maximumRunRecords = 131_072
    /// Of all runs together, while they are merged.
    static let maximumBufferBytes = 32 << 20

    /// - Throws: ``ServiceError`` when no file can be made in the folder.
    init(folder: String = NSTemporaryDirectory(), maximumRunRecords: Int = SortedRuns.maximumRunRecords) throws {
        self.folder = folder
        self.maximumRunRecords = maximumRunRecords
        var path = Array("\(folder.hasSuffix("/") ? folder : folder + "/")login-validator-XXXXXX".utf8CString)
        self.descriptor = mkstemp(&path)
        guard self.descriptor >= 0 else {
            throw Self.failure("made", in: folder, errno)
        }
        unlink(path)
        _ = fcntl(self.descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(self.descriptor) }

    func add(_ record: PublishedRecord) throws {
        self.pending.append(record)
        if self.pending.count >= self.maximumRunRecords { try self.writeRun() }
    }

    /// Ends the adding: everything in order, once.
    func sorted() throws -> Merge {
        try self.writeRun()
        let share = Self.maximumBufferBytes / max(1, self.runs.count)
        let records = max(64, min(1024, share / PublishedRecord.byteCount))
        return try Merge(self.runs.map { Run(descriptor: self.descriptor, bytes: $0, recordsPerRead: records) }, self)
    }

    private func writeRun() throws {
        guard !self.pending.isEmpty else { return }
        self.pending.sort()
        let start = self.end
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.writeBytes + PublishedRecord.byteCount)
        for record in self.pending {
            record.append(to: &bytes)
            if bytes.count >= Self.writeBytes { try self.write(&bytes) }
        }
        try self.write(&bytes)
        self.runs.append(start..<self.end)
        self.pending.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: inout [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(self.descriptor, $0.baseAddress! + done, $0.count - done, off_t(self.end))
            }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw Self.failure("written", in: self.folder, count < 0 ? errno : ENOSPC)
            }
            done += count
            self.end += Int64(count)
        }
        bytes.removeAll(keepingCapacity: true)
    }

    private static let writeBytes = 1 << 20

    fileprivate static func failure(_ verb: String, in folder: String, _ reason: CInt) -> ServiceError {
        ServiceError(
            "The temporary file in \(folder) cannot be \(verb): \(String(cString: strerror(reason))). It takes 64 bytes for each "
                + "outcome and dead letter; set TMPDIR to a folder with space."
        )
    }
}

extension SortedRuns {
    /// A run as it is read.
    struct Run {
        let descriptor: CInt
        var bytes: Range<Int64>
        let recordsPerRead: Int
        private var buffer: [UInt8] = []
        private var position = 0

        init(descriptor: CInt, bytes: Range<Int64>, recordsPerRead: Int) {
            self.descriptor = descriptor
            self.bytes = bytes
            self.recordsPerRead = recordsPerRead
        }

        mutating func next() throws -> PublishedRecord? {
            if self.position == self.buffer.count { try self.fill() }
            guard self.position < self.buffer.count else { return nil }
            defer { self.position += PublishedRecord.byteCount }
            return self.buffer.withUnsafeBytes {
                PublishedRecord(bytes: .init(rebasing: $0[self.position..<(self.position + PublishedRecord.byteCount)]))
            }
        }

        private mutating func fill() throws {
            let wanted = min(self.bytes.count, self.recordsPerRead * PublishedRecord.byteCount)
            var done = 0
            let offset = off_t(self.bytes.lowerBound)
            self.buffer = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                while done < wanted {
                    let read = pread(self.descriptor, buffer.baseAddress! + done, wanted - done, offset + off_t(done))
                    guard read > 0 else {
                        if read < 0, errno == EINTR { continue }
                        throw SortedRuns.failure("read", in: "TMPDIR", read < 0 ? errno : EIO)
                    }
                    done += read
                }
                count = wanted
            }
            self.bytes = (self.bytes.lowerBound + Int64(wanted))..<self.bytes.upperBound
            self.position = 0
        }
    }

    /// All runs as one, in order.
    struct Merge {
        private var runs: [Run]
        private var heads: Heap<Head>
        /// Keeps the file open.
        private let owner: SortedRuns

        private struct Head: Comparable {
            var record: PublishedRecord
            var run: Int

            static func < (left: Head, right: Head) -> Bool { left.record < right.record }
        }

        fileprivate init(_ runs: [Run], _ owner: SortedRuns) throws {
            self.runs = runs
            self.owner = owner
            self.heads = Heap()
            for run in runs.indices {
                if let record = try self.runs[run].next() { self.heads.insert(Head(record: record, run: run)) }
            }
        }

        /// The record that ``next()`` gives.
        var peek: PublishedRecord? { self.heads.min?.record }

        mutating func next() throws -> PublishedRecord? {
            guard let head = self.heads.min else { return nil }
            if let record = try self.runs[head.run].next() {
                self.heads.replaceMin(with: Head(record: record, run: head.run))
            } else {
                self.heads.removeMin()
            }
            return head.record
        }
    }
}
