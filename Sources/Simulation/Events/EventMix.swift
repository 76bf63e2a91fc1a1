/// How often each kind and form of event occurs in a generated stream.
package struct EventMix: Hashable, Sendable {
    /// Relative weights; what is missing or not above zero does not occur.
    package var kinds: [EventKind: Double]
    package var forms: [EventForm: Double]
    /// Whether events leave out optional fields, name login methods and carry trace headers now and then.
    package var isVaried: Bool

    package init(kinds: [EventKind: Double], forms: [EventForm: Double], isVaried: Bool) {
        self.kinds = kinds
        self.forms = forms
        self.isVaried = isVaried
    }

    /// A believable evening: most players may play, and a little of everything else.
    package static let believable = EventMix(
        kinds: [
            .ok: 93, .invalid: 2.5, .locked: 1, .sanctioned: 0.7, .pending: 0.5, .gone: 0.3, .flaky: 0.5,
            .mismatch: 0.5, .malformed: 1,
        ],
        forms: [.plain: 60, .binary: 25, .structured: 15],
        isVaried: true
    )

    /// For measurements: complete events of one form, three kinds of answers, nothing that has to be retried.
    package static let measurement = EventMix(
        kinds: [.ok: 97, .invalid: 2, .locked: 1],
        forms: [.plain: 1],
        isVaried: false
    )
}

/// How a record carries a login event.
package enum EventForm: String, CaseIterable, Hashable, Sendable {
    /// The JSON object alone.
    case plain
    /// CloudEvents 1.0, attributes in headers.
    case binary
    /// CloudEvents 1.0, one JSON document.
    case structured
}

/// Draws cases by their weights; the order of the cases is fixed, so that a seed repeats itself.
struct WeightedDraw<Case: CaseIterable & Hashable & Sendable>: Sendable {
    private var bounds: [(upTo: Double, value: Case)] = []

    /// Traps when no weight is above zero: there would be nothing to draw.
    init(_ weights: [Case: Double]) {
        var sum = 0.0
        for value in Case.allCases {
            guard let weight = weights[value], weight > 0, weight.isFinite else { continue }
            sum += weight
            self.bounds.append((sum, value))
        }
        precondition(!self.bounds.isEmpty, "At least one weight must be above zero")
    }

    func draw(using random: inout SeededRandom) -> Case {
        let last = self.bounds[self.bounds.count - 1]
        let point = random.unit() * last.upTo
        return self.bounds.first { point < $0.upTo }?.value ?? last.value
    }
}
