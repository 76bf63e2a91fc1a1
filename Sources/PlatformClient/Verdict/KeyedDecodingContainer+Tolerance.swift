/// Reading of fields that may have any type; an unexpected one is `nil`, never an error.
extension KeyedDecodingContainer {
    /// A string; a number is turned to text.
    func text(_ key: Key) -> String? {
        do {
            return try self.decodeIfPresent(String.self, forKey: key)
        } catch {
            return (try? self.decode(Scalar.self, forKey: key))?.numberText
        }
    }

    /// A whole number, or a string that is one.
    func integer(_ key: Key) -> Int64? {
        do {
            return try self.decodeIfPresent(Int64.self, forKey: key)
        } catch {
            return self.text(key).flatMap { Int64($0) }
        }
    }

    func object<Value: Decodable>(_ key: Key, as type: Value.Type = Value.self) -> Value? {
        do {
            return try self.decodeIfPresent(Value.self, forKey: key)
        } catch {
            return nil
        }
    }
}

/// The members of an object that are strings, numbers or booleans, as text.
struct ScalarMap: Decodable {
    /// The most members that are kept.
    static let maximumMembers = 64

    var members: [String: String] = [:]

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        for key in fields.allKeys.sorted(by: { $0.stringValue < $1.stringValue }).prefix(Self.maximumMembers) {
            self.members[key.stringValue] = fields.object(key, as: Scalar.self)?.text
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }
}

/// A JSON string, number or boolean.
enum Scalar: Decodable {
    case string(String)
    case number(String)
    case boolean(Bool)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let flag = try? value.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(String(number))
        } else if let number = try? value.decode(UInt64.self) {
            self = .number(String(number))
        } else {
            self = .number(String(try value.decode(Double.self)))
        }
    }

    var text: String {
        switch self {
        case .string(let text), .number(let text): text
        case .boolean(let flag): String(flag)
        }
    }

    var numberText: String? {
        if case .number(let text) = self { text } else { nil }
    }
}
