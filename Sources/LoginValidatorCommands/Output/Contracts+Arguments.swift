public import ArgumentParser
public import LoginContracts

// The contract's words as values of options: their help lists them, a wrong one is a usage error.
extension Decision: ExpressibleByArgument {}
extension DecisionReason: ExpressibleByArgument {}
extension LoginMethod: ExpressibleByArgument {}
extension Platform: ExpressibleByArgument {}
extension DeadLetter.Disposition: ExpressibleByArgument {}
