import Foundation
package import LoginContracts

extension Timestamp {
    /// This host's wall clock.
    package static var now: Timestamp {
        Timestamp(Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
