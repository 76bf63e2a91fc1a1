import LoginValidatorCommands

@main
struct EntryPoint {
    static func main() async {
        await LoginValidator.main()
    }
}
