import Foundation
import Testing

@testable import PlatformClient

/// The quick reader of plain bodies against `JSONDecoder`.
struct PlainBodyTests {
    @Test(arguments: [
        #"{"desc":"Token is invalid. (401.-29401)"}"#,
        #"{"player":{"kgAppId":"1","playerId":"2","status":"normal","nickname":"별","data":{"level":"7"}}}"#,
        #"{"player":{"kgAppId":null},"extra":true}"#, #"{}"#, #"{"player":{"data":{}}}"#,
    ])
    func plainBodiesAreTakenAndReadAlike(_ text: String) throws {
        let quick = try #require(ValidationBody(plain: Array(text.utf8)))
        let slow = try JSONDecoder().decode(ValidationBody.self, from: Data(text.utf8))
        #expect(String(reflecting: quick) == String(reflecting: slow))
    }

    @Test(arguments: [
        #"{"player":{"playerId":7}}"#, #"{"player":null}"#, #"{"player":"x"}"#, #"{"desc":1}"#,
        #"{"desc":"a","desc":"b"}"#, #"{"player":{},"player":{}}"#, #"{"player":{"playerId":"1","playerId":"2"}}"#,
        #"{"lockout":{}}"#, #"{"token":{"onetimeToken":"x"}}"#, #"{"redirectUri":null}"#,
        #"{"player":{"data":{"a":1}}}"#, #"{"player":{"data":{"a":null}}}"#, #"{"player":{"data":{"a":"1","a":"2"}}}"#,
        #"{"player":{"data":null}}"#, #"{"desc":"\u0041"}"#, #"[]"#, "", #"{"desc":"x"} y"#,
    ])
    func everythingElseIsLeftToTheDecoder(_ text: String) {
        #expect(ValidationBody(plain: Array(text.utf8)) == nil)
    }
}
